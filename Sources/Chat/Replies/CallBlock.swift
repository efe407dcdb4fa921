/// What is between `<|tool_call>` and its end: its text as it was written, and the calls in it.
struct CallBlock {
    private let firstIndex: Int
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
        case .special(let token): return isInString ? reader.append(token.text) : []
        }
    }

    /// - Parameters:
    ///   - token: what ended it; nil if the reply did.
    ///   - isTruncated: whether that was by the limit of tokens.
    mutating func finish(
        _ token: SpecialToken?, isTruncated: Bool
    ) -> (events: [ReplyEvent], calls: [ToolCall], malformed: MalformedCall?) {
        if token == .callEnd { raw += SpecialToken.callEnd.text }
        do throws(CallReader.Failure) {
            var events = try reader.finish(token == .callEnd ? .closed : .cut)
            for offset in reader.calls.indices { events.append(.callEnded(index: firstIndex + offset)) }
            let calls = reader.calls.map {
                ToolCall(id: $0.id, name: $0.name, arguments: String(decoding: $0.arguments, as: UTF8.self))
            }
            return (events, calls, nil)
        } catch {
            let reason: MalformedCall.Reason =
                switch error {
                case .depth: .depth
                case .incomplete where isTruncated: .truncated
                case .incomplete, .syntax: .syntax
                }
            let malformed = MalformedCall(raw: raw, reason: reason)
            let voided = firstIndex..<(firstIndex + reader.calls.count)
            return ([.callFailed(malformed, voided: voided)], [], malformed)
        }
    }
}
