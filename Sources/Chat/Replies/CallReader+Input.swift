extension CallReader {
    mutating func append(_ text: String) -> [ReplyEvent] {
        body.append(contentsOf: text.utf8)
        return advance()
    }

    mutating func appendDelimiter() -> [ReplyEvent] {
        body.append(.delimiter)
        return advance()
    }

    /// A token that does not belong to a call.
    mutating func appendForeign(_ token: SpecialToken) -> [ReplyEvent] {
        body.append(.foreign)
        return append(token.text)
    }

    /// The calls are complete if there is no `failure` then.
    mutating func finish(_ ending: Ending) -> [ReplyEvent] {
        self.ending = ending
        return advance()
    }

    private mutating func advance() -> [ReplyEvent] {
        guard failure == nil else { return [] }
        do {
            while try step() {}
        } catch {
            failure = error
        }
        return output.takeEvents()
    }

    /// - Returns: whether there may be more to do with what has arrived.
    private mutating func step() throws(Failure) -> Bool {
        switch state {
        case .name: try readName()
        case .braces: try readBraces()
        case .afterCall: readAfterCall()
        case .dropped: drop()
        case .member: try readMember()
        case .delimitedKey: try readDelimitedKey()
        case .quotedKey: readQuotedKey()
        case .bareKey: try readBareKey()
        case .colon: try readColon()
        case .element: try readElement()
        case .value: try readValue()
        case .string: try readString()
        case .quotedValue: readQuotedValue()
        case .bareValue: try readBareValue()
        }
    }
}
