extension CallReader {
    /// `call:NAME`, of which `call:` may lack or be `:`.
    mutating func readName() throws(Failure) -> Bool {
        guard skipSpace() != nil else {
            if ending == .closed { throw .syntax }
            return try wait()
        }
        var end = max(ahead, at)
        while end < body.count, !body[end].endsName { end += 1 }
        ahead = end
        if end == body.count, ending != .closed { return try wait() }

        var written = body[at..<end]
        if written.starts(with: "call:".utf8) {
            written.removeFirst(5)
        } else if written.first == UInt8(ascii: ":") {
            written.removeFirst()
        }
        if written.isEmpty || written.contains(where: \.isForbiddenInName) { throw .syntax }

        name = Array(written)
        move(to: end, .braces)
        return true
    }

    /// What opens the arguments. A call without any may do without braces.
    mutating func readBraces() throws(Failure) -> Bool {
        let opener = skipSpace()
        if opener == nil, ending != .closed { return try wait() }

        let tool = tools.resolve(String(decoding: name, as: UTF8.self))
        switch opener {
        case "{"?:
            output.beginCall(tool.name)
            try open(.object, schema: tool.schema)
        case "("?:
            output.beginCall(tool.name)
            try open(.parenthesized, schema: tool.schema)
        case nil:
            output.beginCall(tool.name)
            output.write("{}".utf8)
            move(to: at, .afterCall)
        default: throw .syntax
        }
        return true
    }

    /// Another call may follow; anything else is dropped.
    mutating func readAfterCall() -> Bool {
        let start = "call:".utf8
        guard skipSpace() != nil || ending != nil else { return false }
        let text = body[at...].prefix(start.count)
        if text.count < start.count, start.starts(with: text), ending == nil { return false }
        move(to: at, text.elementsEqual(start) ? .name : .dropped)
        return true
    }

    mutating func drop() -> Bool {
        at = body.count
        return false
    }
}

extension UInt8 {
    fileprivate var endsName: Bool {
        switch self {
        case "{", "(": true
        default: isSpace || isToken
        }
    }

    fileprivate var isForbiddenInName: Bool {
        switch self {
        case "<", ">", "[", "]", "}", ")", "\"", "'", ",", "=": true
        default: false
        }
    }
}
