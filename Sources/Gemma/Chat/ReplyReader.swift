package import Chat
internal import Tokenizer

/// Reads a reply from its tokens, as they are generated.
///
///     var reader = ReplyReader(format, tools: tools, opensThought: prompt.opensThought)
///     for token in tokens { show(reader.append(token)) }
///     show(reader.finish())
///     return reader.reply
///
/// Takes time in proportion to the length of the reply.
package struct ReplyReader: Sendable {
    private var decoder: ReplyDecoder
    private var parser: ReplyParser
    private var stops: ContentStops?
    /// What the events say, if there are stop texts: the parser does not know of them.
    private var told = Reply()

    /// - Parameters:
    ///   - opensThought: whether the prompt ends within a thought.
    ///   - trimsContent: whether white space at the ends of the content is left out.
    ///   - stop: texts before which the content ends; none of them empty.
    package init(
        _ format: ChatFormat, tools: [ToolDescription] = [], opensThought: Bool,
        calls: ReplyParser.CallPolicy = .parse, trimsContent: Bool = true, stop: [String] = [],
        makeID: @escaping @Sendable () -> String = { .randomCallID() }
    ) {
        decoder = ReplyDecoder(format)
        parser = ReplyParser(
            tools: tools, promptOpensThought: opensThought, calls: calls, trimsContent: trimsContent, makeID: makeID)
        stops = stop.isEmpty ? nil : ContentStops(stop)
    }

    /// Whether a token or a stop text has ended the reply. What follows is ignored.
    package var isEnded: Bool { parser.isEnded || hasStopped }

    /// Whether a stop text has ended the reply.
    package var hasStopped: Bool { stops?.hasStopped ?? false }

    /// What has been read so far; after ``finish(truncated:)`` the reply.
    package var reply: Reply {
        guard stops != nil else { return parser.reply }
        var reply = told
        if reply.toolCalls.isEmpty { reply.finishReason = hasStopped ? .stop : parser.reply.finishReason }
        return reply
    }

    /// - Returns: what the token makes known.
    package mutating func append(_ token: TokenID) -> [ReplyEvent] {
        guard !isEnded else { return [] }
        return decoder.append(token).flatMap { piece in tell(parser.append(piece)) }
    }

    /// To be called once, after the last token.
    ///
    /// - Parameter truncated: whether the limit of tokens cut the reply off.
    /// - Returns: what was held back until now.
    package mutating func finish(truncated: Bool = false) -> [ReplyEvent] {
        var events: [ReplyEvent] = []
        for piece in decoder.finish() { events += tell(parser.append(piece)) }
        events += tell(parser.finish(truncated: truncated))
        let rest = stops?.finish() ?? []
        for event in rest { told.apply(event) }
        return events + rest
    }

    private mutating func tell(_ events: [ReplyEvent]) -> [ReplyEvent] {
        guard let told = stops?.filter(events, followedBy: parser.spaceBehindContent) else { return events }
        for event in told { self.told.apply(event) }
        return told
    }
}
