import JSON

extension CallReader {
    mutating func readValue() throws(Failure) -> Bool {
        guard let byte = skipSpace() else { return try wait() }
        switch byte {
        case .delimiter:
            output.write("\"")
            move(to: at + 1, .string)
        case "{": try open(.object, schema: schema)
        case "[": try open(.array, schema: schema)
        case "\"", "'": move(to: at, .quotedValue)
        default: beginBareValue()
        }
        return true
    }

    // MARK: - Strings

    /// Within delimiters. Everything is text but, if `<tool_call|>` comes before the delimiter does, the brackets at
    /// the end. So white space and closing brackets wait until other text or the delimiter has come.
    mutating func readString() throws(Failure) -> Bool {
        var certain = at
        ahead = max(ahead, at)
        while ahead < body.count, body[ahead] != .delimiter {
            if !body[ahead].isSpace, !body[ahead].isClosingBracket { certain = ahead + 1 }
            ahead += 1
        }
        if ahead < body.count {
            output.writeEscaped(body[at..<ahead])
            at = ahead + 1
        } else {
            output.writeEscaped(body[at..<certain])
            at = certain
            guard ending == .closed else { return try wait() }
            output.writeEscaped(withoutStructure(body[at...]))
            at = body.count
        }
        output.write("\"")
        endValue()
        return true
    }

    /// The end of a string whose delimiter was forgotten, without the brackets that close what is open: as many as
    /// fit. The outermost one stands last.
    private func withoutStructure(_ end: ArraySlice<UInt8>) -> ArraySlice<UInt8> {
        for first in stack.indices {
            var text = end.trimmedAtEnd
            let fits = stack[first...].allSatisfy { container in
                guard text.last == container.closer else { return false }
                text = text.dropLast().trimmedAtEnd
                return true
            }
            if fits { return text }
        }
        return end.trimmedAtEnd
    }

    /// At a quote. The quoted text is a string if something follows that can follow a value; otherwise the quote is
    /// the first character of bare text, such as `"a" and "b"`.
    mutating func readQuotedValue() -> Bool {
        if found == nil {
            switch lookForClosingQuote() {
            case .unknown: return false
            case .none:
                beginBareValue()
                return true
            case .at(let end):
                found = end
                ahead = end + 1
            }
        }
        guard let found else { return false }
        while ahead < body.count, body[ahead].isSpace { ahead += 1 }
        if ahead == body.count, ending == nil { return false }
        guard ahead == body.count || body[ahead].endsQuotedValue(in: stack.last),
            let text = QuotedText.decode(body[at...found])
        else {
            beginBareValue()
            return true
        }
        output.writeString(text)
        at = ahead
        endValue()
        return true
    }

    // MARK: - Bare values

    private mutating func beginBareValue() {
        move(to: at, .bareValue)
        hasComma = false
        memberLookahead = nil
    }

    /// Up to the bracket that closes its container, or a comma that is not part of a text.
    mutating func readBareValue() throws(Failure) -> Bool {
        guard let container = stack.last else { return false }
        ahead = max(ahead, at)
        while ahead < body.count {
            switch body[ahead] {
            case container.closer:
                try endBareValue()
                return true
            case .delimiter, .foreign: throw .syntax
            case ",":
                guard let ends = commaEndsValue(in: container) else { return false }
                if ends {
                    try endBareValue()
                    return true
                }
                memberLookahead = nil
            default: break
            }
            ahead += 1
        }
        guard ending == .closed else { return try wait() }
        try endBareValue()
        return true
    }

    /// - Returns: nil if it is not known yet.
    private mutating func commaEndsValue(in container: Container) -> Bool? {
        if container.kind == .array { return true }
        if !hasComma {
            hasComma = true
            if schema?["type"] != "string", BareValue(body[at..<ahead].trimmed).isLiteral { return true }
        }
        var lookahead = memberLookahead ?? MemberLookahead(after: ahead)
        defer { memberLookahead = lookahead }
        return lookahead.memberFollows(in: body, closer: container.closer, isAll: ending != nil)
    }

    private mutating func endBareValue() throws(Failure) {
        let value = BareValue(body[at..<ahead].trimmed)
        if value.text.isEmpty { throw .syntax }
        if let json = value.json(isString: schema?["type"] == "string") {
            output.write(json)
        } else {
            output.writeString(value.text)
        }
        at = ahead
        endValue()
    }
}

extension UInt8 {
    fileprivate func endsQuotedValue(in container: Container?) -> Bool {
        self == "," || self == .delimiter || self == container?.closer
    }
}

extension ArraySlice<UInt8> {
    fileprivate var trimmedAtEnd: ArraySlice<UInt8> {
        var slice = self
        while slice.last?.isSpace == true { slice.removeLast() }
        return slice
    }
}
