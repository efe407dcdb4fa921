import JSON

// Objects, arrays and keys.

extension CallReader {
    /// In an object: what a member can begin with, or the object's end.
    mutating func readMember() throws(Failure) -> Bool {
        guard let container = stack.last else { return false }
        guard let byte = skipSpace() else {
            if ending != .closed { return try wait() }
            close()
            return true
        }
        switch byte {
        case ",": at += 1
        case container.closer:
            at += 1
            close()
        case .delimiter: move(to: at, .delimitedKey)
        case "\"", "'": move(to: at, .quotedKey)
        default: move(to: at, .bareKey)
        }
        return true
    }

    mutating func readElement() throws(Failure) -> Bool {
        guard let byte = skipSpace() else {
            if ending != .closed { return try wait() }
            close()
            return true
        }
        switch byte {
        case ",": at += 1
        case "]":
            at += 1
            close()
        default:
            if stack[stack.count - 1].hasElements { output.write(",") }
            stack[stack.count - 1].hasElements = true
            schema = stack[stack.count - 1].schema?["items"]
            move(to: at, .value)
        }
        return true
    }

    // MARK: - Keys

    /// At a delimiter: a key up to the next one. After the first member it can also be a delimiter too many, behind a
    /// value; then no colon follows.
    mutating func readDelimitedKey() throws(Failure) -> Bool {
        let isFirst = stack.last?.keys.isEmpty ?? true
        if found == nil {
            ahead = max(ahead, at + 1)
            while ahead < body.count, body[ahead] != .delimiter { ahead += 1 }
            if ahead < body.count {
                found = ahead
                ahead += 1
            }
        }
        if let found {
            while ahead < body.count, body[ahead].isSpace { ahead += 1 }
            if ahead < body.count, isFirst || body[ahead].isColon {
                key = body[(at + 1)..<found].filter { $0 != .foreign }
                move(to: ahead, .colon)
                return true
            }
        }
        if ahead == body.count, isFirst || ending == nil { return try wait() }
        move(to: at + 1, .member)
        return true
    }

    /// At a quote. If it is not closed, it is the first character of a bare key.
    mutating func readQuotedKey() -> Bool {
        switch lookForClosingQuote() {
        case .unknown: return false
        case .none: move(to: at, .bareKey)
        case .at(let end):
            if let text = QuotedText.decode(body[at...end]) {
                key = text
                move(to: end + 1, .colon)
            } else {
                move(to: at, .bareKey)
            }
        }
        return true
    }

    mutating func readBareKey() throws(Failure) -> Bool {
        ahead = max(ahead, at)
        while ahead < body.count, !body[ahead].endsKey { ahead += 1 }
        guard ahead < body.count else { return try wait() }
        key = Array(body[at..<ahead].trimmed)
        if key.isEmpty { throw .syntax }
        move(to: ahead, .colon)
        return true
    }

    mutating func readColon() throws(Failure) -> Bool {
        guard let byte = skipSpace() else { return try wait() }
        guard byte.isColon else { throw .syntax }
        let height = stack.count - 1
        let isFirst = stack[height].keys.isEmpty
        if stack[height].keys.insert(key).inserted {
            if !isFirst { output.write(",") }
            output.writeString(key)
            output.write(":")
        } else {
            muteValue()
        }
        schema = stack[height].schema?["properties"]?[String(decoding: key, as: UTF8.self)]
        move(to: at + 1, .value)
        return true
    }
}

extension UInt8 {
    fileprivate var isColon: Bool { self == ":" || self == "=" }

    fileprivate var endsKey: Bool {
        switch self {
        case ":", "=", ",", "{", "}", "[", "]", "(", ")", "\n": true
        default: isToken
        }
    }
}
