/// Cuts the source into tokens, with Jinja's `trim_blocks` and `lstrip_blocks`.
struct Lexer {
    let source: Text
    var at = 0
    var tokens: [Token] = []
    /// Whether the last tag ended with a line, so that white space before the next tag is first on its line.
    private var isLineStart = true

    /// - Parameter source: with `\n` for every end of a line; see `normalized`.
    init(_ source: Text) { self.source = source }

    /// CR LF and CR become LF, and one end of a line at the end of the source is dropped.
    static func normalized(_ bytes: [UInt8]) -> [UInt8] {
        var normalized: [UInt8] = []
        normalized.reserveCapacity(bytes.count)
        for (index, byte) in bytes.enumerated() {
            if byte == UInt8(ascii: "\n"), index > 0, bytes[index - 1] == UInt8(ascii: "\r") { continue }
            normalized.append(byte == UInt8(ascii: "\r") ? UInt8(ascii: "\n") : byte)
        }
        if normalized.last == UInt8(ascii: "\n") { normalized.removeLast() }
        return normalized
    }

    mutating func readAll() throws(SyntaxError) -> [Token] {
        while at < source.count {
            let start = at
            guard let opening = nextOpening() else {
                add(.data(source[start...]), at: start)
                break
            }
            addData(start..<opening.start, before: opening)
            at = opening.contentStart
            switch opening.kind {
            case .comment: try skipComment(from: opening.start)
            case .raw: try readRaw(from: opening.start)
            case .variable:
                add(.variableBegin, at: opening.start)
                try readTag(closing: "}}", as: .variableEnd)
            case .block:
                add(.blockBegin, at: opening.start)
                try readTag(closing: "%}", as: .blockEnd)
            }
        }
        tokens.append(Token(kind: .end, place: Place(source.count)))
        return tokens
    }

    mutating func add(_ kind: Token.Kind, at offset: Int) {
        tokens.append(Token(kind: kind, place: Place(offset)))
    }

    // MARK: - Text between tags

    private struct Opening {
        enum Kind { case variable, block, comment, raw }
        let kind: Kind
        let start: Int
        let sign: UInt8?
        let contentStart: Int
    }

    private mutating func nextOpening() -> Opening? {
        var start = at
        let bytes = source.bytes
        while start + 1 < bytes.count {
            defer { start += 1 }
            guard bytes[start] == UInt8(ascii: "{") else { continue }
            var kind: Opening.Kind
            switch bytes[start + 1] {
            case UInt8(ascii: "{"): kind = .variable
            case UInt8(ascii: "%"): kind = .block
            case UInt8(ascii: "#"): kind = .comment
            default: continue
            }
            let sign = sign(at: start + 2)
            var content = start + (sign == nil ? 2 : 3)
            if kind == .block, let end = endOfRawTag(from: content) { (kind, content) = (.raw, end) }
            return Opening(kind: kind, start: start, sign: sign, contentStart: content)
        }
        return nil
    }

    private func sign(at offset: Int) -> UInt8? {
        guard offset < source.count else { return nil }
        let byte = source.bytes[offset]
        return byte == UInt8(ascii: "-") || byte == UInt8(ascii: "+") ? byte : nil
    }

    /// Behind `raw %}`, if that is what the tag says.
    private func endOfRawTag(from start: Int) -> Int? {
        var offset = skippingSpace(from: start)
        guard source.hasPrefix("raw", at: offset) else { return nil }
        offset = skippingSpace(from: offset + 3)
        if source.hasPrefix("-%}", at: offset) { return skippingSpace(from: offset + 3) }
        return source.hasPrefix("%}", at: offset) ? offset + 2 : nil
    }

    func skippingSpace(from start: Int) -> Int {
        var offset = start
        while offset < source.count, source.scalar(at: offset).isPythonSpace {
            offset += source.scalarLength(at: offset)
        }
        return offset
    }

    private mutating func addData(_ range: Range<Int>, before opening: Opening) {
        let text = source[range]
        let kept = strippedEnd(of: text, sign: opening.sign, isVariable: opening.kind == .variable)
        isLineStart = false
        if !kept.isEmpty { add(.data(kept), at: range.lowerBound) }
    }

    /// `text` without the white space that the tag after it takes.
    private func strippedEnd(of text: Text, sign: UInt8?, isVariable: Bool) -> Text {
        if sign == UInt8(ascii: "-") { return text.trimmed(start: false) { $0.isPythonSpace } }
        guard sign == nil, !isVariable else { return text }
        let line = text.bytes.lastIndex(of: UInt8(ascii: "\n")).map { $0 + 1 }
        guard line != nil || isLineStart else { return text }
        let lastLine = text[(line ?? 0)...]
        return lastLine.trimmed { $0.isPythonSpace }.isEmpty ? text[..<(line ?? 0)] : text
    }

    // MARK: - Comments and raw text

    private mutating func skipComment(from start: Int) throws(SyntaxError) {
        guard let end = source.firstOffset(of: "#}", from: at) else {
            throw SyntaxError("the comment is not closed by '#}'", Place(start))
        }
        let sign = end > at ? sign(at: end - 1) : nil
        finishTag(at: end, sign: sign)
    }

    /// Goes behind a closing tag, and behind the white space that it takes.
    private mutating func finishTag(at end: Int, sign: UInt8?, isVariable: Bool = false) {
        at = end + 2
        if sign == UInt8(ascii: "-") {
            at = skippingSpace(from: at)
        } else if sign == nil, !isVariable, at < source.count, source.bytes[at] == UInt8(ascii: "\n") {
            at += 1
        }
        isLineStart = source.bytes[at - 1] == UInt8(ascii: "\n")
    }

    private mutating func readRaw(from start: Int) throws(SyntaxError) {
        let content = at
        var search = at
        while let tag = source.firstOffset(of: "{%", from: search) {
            search = tag + 2
            let sign = sign(at: tag + 2)
            let name = skippingSpace(from: tag + (sign == nil ? 2 : 3))
            guard source.hasPrefix("endraw", at: name) else { continue }
            var end = skippingSpace(from: name + 6)
            let endSign = self.sign(at: end)
            if endSign != nil { end += 1 }
            guard source.hasPrefix("%}", at: end) else { continue }
            isLineStart = source.bytes[content - 1] == UInt8(ascii: "\n")
            let kept = strippedEnd(of: source[content..<tag], sign: sign, isVariable: false)
            if !kept.isEmpty { add(.data(kept), at: content) }
            finishTag(at: end, sign: endSign)
            return
        }
        throw SyntaxError("the raw block is not closed by endraw", Place(start))
    }

    // MARK: - Tags

    private mutating func readTag(closing: Text, as kind: Token.Kind) throws(SyntaxError) {
        var brackets: [Symbol] = []
        let isVariable = kind == .variableEnd
        while true {
            at = skippingSpace(from: at)
            guard at < source.count else {
                throw SyntaxError("the tag is not closed by '\(closing.string)'", Place(source.count))
            }
            if brackets.isEmpty, let end = closingOffset(closing, isVariable: isVariable) {
                add(kind, at: end)
                finishTag(at: end, sign: end > at ? source.bytes[at] : nil, isVariable: isVariable)
                return
            }
            try readToken(&brackets)
        }
    }

    /// Where the closing tag is, if it is next, perhaps after a sign.
    private func closingOffset(_ closing: Text, isVariable: Bool) -> Int? {
        if source.hasPrefix(closing, at: at) { return at }
        guard let sign = sign(at: at), !(isVariable && sign == UInt8(ascii: "+")) else { return nil }
        return source.hasPrefix(closing, at: at + 1) ? at + 1 : nil
    }
}
