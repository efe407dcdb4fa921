/// What is between `<|tool_call>` and its end: its text as it was written, and the calls in it.
struct CallBlock {
    private let firstIndex: Int
    private let isBare: Bool
    private var reader: CallReader
    private(set) var raw: String
    /// Between two delimiters, where other special tokens are text.
    private(set) var isInString = false

    /// - Parameter opening: the token that began it; nil if the model forgot it.
    init(
        opening: SpecialToken?, firstIndex: Int, tools: RegisteredTools, makeID: @escaping @Sendable () -> String
    ) {
        self.firstIndex = firstIndex
        raw = opening?.text ?? ""
        isBare = opening == nil
        reader = CallReader(firstIndex: firstIndex, tools: tools, makeID: makeID)
    }

    func isEnded(by token: SpecialToken) -> Bool {
        token == .callEnd || token.endsReply || token == .callStart && !isInString
    }

    /// - Parameter piece: no token that ends the block.
    mutating func append(_ piece: ReplyPiece) -> [ReplyEvent] {
        raw += piece.text
        switch piece {
        case .text(let text): return reader.append(text)
        case .special(.delimiter):
            isInString.toggle()
            return reader.appendDelimiter()
        case .special(let token):
            // Without its opener, a call has only its form to be known by; a foreign token spoils it.
            if isBare { return reader.appendForeign(token) }
            return isInString ? reader.append(token.text) : []
        }
    }

    /// - Parameters:
    ///   - token: what ended it; nil if the reply did.
    ///   - isTruncated: whether that was by the limit of tokens.
    mutating func finish(
        _ token: SpecialToken?, isTruncated: Bool
    ) -> (events: [ReplyEvent], calls: [ToolCall], malformed: MalformedCall?) {
        if token == .callEnd { raw += SpecialToken.callEnd.text }
        var events = reader.finish(token == .callEnd ? .closed : .cut)
        let indices = firstIndex..<(firstIndex + reader.output.calls.count)
        guard let failure = reader.failure else {
            events += indices.map { .callEnded(index: $0) }
            let calls = reader.output.calls.map {
                ToolCall(id: $0.id, name: $0.name, arguments: String(decoding: $0.arguments, as: UTF8.self))
            }
            return (events, calls, nil)
        }
        let reason: MalformedCall.Reason =
            switch failure {
            case .depth: .depth
            case .incomplete: isTruncated ? .truncated : .syntax
            case .syntax: .syntax
            }
        let malformed = MalformedCall(raw: raw, reason: reason)
        events.append(.callFailed(malformed, voided: indices))
        return (events, [], malformed)
    }
}
