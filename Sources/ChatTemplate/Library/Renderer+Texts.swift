/// Where a text stands within a wider field.
enum Alignment { case left, right, center }

extension Renderer {
    /// - Parameter characters: what is taken away; nil for white space.
    func stripped(_ text: Text, of characters: Text?, start: Bool, end: Bool) throws(TemplateError) -> Text {
        try charge(bytes: text.count)
        try claim(text.footprint)
        guard let characters else { return text.trimmed(start: start, end: end) { $0.isPythonSpace } }
        try charge(2 * characters.count)
        try claim(Footprint.scalar * characters.count)
        let set = Set(characters.scalars)
        return text.trimmed(start: start, end: end) { set.contains($0) }
    }

    func padded(
        _ text: Text, to width: Int, with fill: Text, _ alignment: Alignment
    ) throws(TemplateError) -> Text {
        let missing = width > 0 ? width - text.scalarCount : 0
        guard missing > 0 else { return text }
        try reserve(bytes: product(missing, fill.count))
        try reserve(bytes: product(missing, fill.count) + text.count)
        // Python's rule for an odd rest.
        let left =
            switch alignment {
            case .left: 0
            case .right: missing
            case .center: missing / 2 + (missing & width & 1)
            }
        var builder = TextBuilder()
        builder.append(fill.repeated(left))
        builder.append(text)
        builder.append(fill.repeated(missing - left))
        return builder.text
    }

    /// - Parameter limit: how many are replaced; nil or less than 0 for all.
    func replacing(
        _ old: Text, with new: Text, in text: Text, atMost limit: Int?
    ) throws(TemplateError) -> Text {
        try charge(bytes: text.count)
        var left = limit.map { $0 < 0 ? .max : $0 } ?? .max
        guard left > 0, old.isEmpty || text.firstOffset(of: old) != nil else { return text }
        var builder = TextBuilder()
        var at = 0
        if old.isEmpty {
            // The new text stands before each scalar, and at the end.
            while at < text.count {
                let character = text.character(at: at)
                at += character.count
                if left > 0 { try append(new, to: &builder) }
                left -= left > 0 ? 1 : 0
                try append(character, to: &builder)
            }
            if left > 0 { try append(new, to: &builder) }
            return builder.text
        }
        while left > 0, let found = text.firstOffset(of: old, from: at) {
            try append(text[at..<found], to: &builder)
            try append(new, to: &builder)
            at = found + old.count
            left -= 1
        }
        try append(text[at...], to: &builder)
        return builder.text
    }

    // MARK: - Splitting

    func splitText(_ receiver: Value, _ bound: [Value?], fromEnd: Bool) throws(TemplateError) -> Value {
        let text = try text(receiver)
        let limit = try integer(bound[1], or: -1)
        let atMost = limit < 0 ? Int.max : limit
        try charge(bytes: text.count * 2)
        guard let separator = try optionalText(bound[0]) else {
            return try makeList(fromEnd ? wordsFromEnd(of: text, atMost: atMost) : words(of: text, atMost: atMost))
        }
        guard !separator.isEmpty else { throw error(.value("the separator is empty")) }
        var parts: [Value] = []
        if fromEnd {
            try charge(bytes: product(text.count, separator.count))
            var end = text.count
            while parts.count < atMost, let found = text.lastOffset(of: separator, to: end) {
                parts.append(try added(text[found + separator.count..<end]))
                end = found
            }
            parts.append(try added(text[..<end]))
            return try makeList(parts.reversed())
        }
        var start = 0
        while parts.count < atMost, let found = text.firstOffset(of: separator, from: start) {
            parts.append(try added(text[start..<found]))
            start = found + separator.count
        }
        parts.append(try added(text[start...]))
        return try makeList(parts)
    }

    /// A part of a text that is taken apart, to be added to the others.
    func added(_ part: Text) throws(TemplateError) -> Value {
        try charge(Footprint.objectSteps)
        try claim(part.footprint + Footprint.addedElement)
        return .text(part)
    }

    private func words(of text: Text, atMost limit: Int) throws(TemplateError) -> [Value] {
        var words: [Value] = []
        var at = 0
        while let word = text.word(from: at) {
            guard words.count < limit else {
                words.append(try added(text[word.lowerBound...]))
                break
            }
            words.append(try added(text[word]))
            at = word.upperBound
        }
        return words
    }

    private func wordsFromEnd(of text: Text, atMost limit: Int) throws(TemplateError) -> [Value] {
        var words: [Value] = []
        var end = text.count
        while let word = text.lastWord(before: end) {
            guard words.count < limit else {
                // What was not split keeps the white space at its beginning, but not at its end.
                words.append(try added(text[..<word.upperBound]))
                break
            }
            words.append(try added(text[word]))
            end = word.lowerBound
        }
        return words.reversed()
    }

    func partition(_ receiver: Value, _ arguments: CallArguments, fromEnd: Bool) throws(TemplateError) -> Value {
        let separator = try text(try bind(arguments, ["sep"], required: 1, takesNames: false)[0])
        let text = try text(receiver)
        guard !separator.isEmpty else { throw error(.value("the separator is empty")) }
        try charge(bytes: fromEnd ? product(text.count, separator.count) : text.count)
        try claim(2 * text.footprint)
        let found = fromEnd ? text.lastOffset(of: separator) : text.firstOffset(of: separator)
        guard let found else {
            return try makeTuple(
                fromEnd ? [.emptyText, .emptyText, .text(text)] : [.text(text), .emptyText, .emptyText])
        }
        return try makeTuple([.text(text[..<found]), .text(separator), .text(text[(found + separator.count)...])])
    }

    // MARK: - Searching

    /// The text, what is looked for, and where; nil if Python would find nothing there, not even an empty text.
    func search(
        _ receiver: Value, _ arguments: CallArguments
    ) throws(TemplateError) -> (text: Text, part: Text, range: Range<Int>?) {
        let bound = try bind(arguments, ["sub", "start", "end"], required: 1, takesNames: false)
        let text = try text(receiver)
        try charge(bytes: text.count * 2)
        return (text, try self.text(bound[0]), try range(of: text, bound[1], bound[2]))
    }

    /// Bytes from one scalar number to another, as in a slice; nil if the first is behind the text or the last.
    func range(of text: Text, _ start: Value?, _ end: Value?) throws(TemplateError) -> Range<Int>? {
        let start = try optionalInteger(start)
        let end = try optionalInteger(end)
        if start == nil, end == nil { return 0..<text.count }
        let count = text.scalarCount
        func clamped(_ bound: Int) -> Int { min(max(bound < 0 ? bound + count : bound, 0), count) }
        if let start, start > count { return nil }
        let (first, last) = (clamped(start ?? 0), clamped(end ?? count))
        guard first <= last else { return nil }
        return text.offset(ofScalar: first)..<text.offset(ofScalar: last)
    }

    // MARK: - Layout

    func indented(_ text: Text, by indentation: Text, first: Bool, blank: Bool) throws(TemplateError) -> Text {
        try charge(bytes: text.count * 2)
        var builder = TextBuilder()
        func append(line: Range<Int>) throws(TemplateError) {
            let isFirst = line.lowerBound == 0
            if !isFirst { try self.append("\n", to: &builder) }
            let isIndented = isFirst ? first : blank || !line.isEmpty
            if isIndented { try self.append(indentation, to: &builder) }
            try self.append(text[line], to: &builder)
        }
        var at = 0
        var endsWithLine = true
        while let line = text.line(from: at) {
            try append(line: line.text)
            at = line.end
            endsWithLine = line.end != line.text.upperBound
        }
        // Jinja ends the text with `\n`, so that an empty last line counts; but with a `\r` before, that is one end.
        if endsWithLine, text.bytes.last != UInt8(ascii: "\r") { try append(line: text.count..<text.count) }
        return builder.text
    }

    func truncated(
        _ text: Text, to length: Int, killsWords: Bool, end: Text, leeway: Int
    ) throws(TemplateError) -> Text {
        try charge(bytes: text.count)
        let endCount = end.scalarCount
        guard length >= endCount, leeway >= 0 else { throw error(.value("the length is too small")) }
        let (limit, overflow) = length.addingReportingOverflow(leeway)
        guard !overflow, text.scalarCount > limit else { return text }
        try claim(2 * text.footprint)
        var kept = text[..<text.offset(ofScalar: length - endCount)]
        if !killsWords, let space = kept.lastOffset(of: " ") { kept = kept[..<space] }
        var builder = TextBuilder()
        builder.append(kept)
        try append(end, to: &builder)
        return builder.text
    }

    // MARK: - Addresses

    func percentEncoded(_ value: Value) throws(TemplateError) -> Text {
        let pairs: [Value]
        switch value {
        case .mapping(let mapping): pairs = try self.pairs(of: mapping)
        case .list, .tuple, .view, .iterator, .range, .undefined: pairs = try elements(of: value)
        default: return try percentEncoded(text(of: value), keepsSlash: true)
        }
        var builder = TextBuilder()
        for (index, pair) in pairs.enumerated() {
            let parts = try elements(of: pair)
            guard parts.count == 2 else { throw error(.value("urlencode needs pairs")) }
            if index > 0 { builder.append("&") }
            try append(percentEncoded(text(of: parts[0]), keepsSlash: false), to: &builder)
            builder.append("=")
            try append(percentEncoded(text(of: parts[1]), keepsSlash: false), to: &builder)
        }
        return builder.text
    }

    private func percentEncoded(_ text: Text, keepsSlash: Bool) throws(TemplateError) -> Text {
        try reserve(bytes: product(text.count, 3))
        try charge(text.count)
        try claim(3 * text.count)
        let digits = Array("0123456789ABCDEF".utf8)
        var encoded: [UInt8] = []
        for byte in text.bytes {
            if isLetterOrDigit(byte) || "_.-~".utf8.contains(byte) || (keepsSlash && byte == UInt8(ascii: "/")) {
                encoded.append(byte)
            } else if !keepsSlash, byte == UInt8(ascii: " ") {
                encoded.append(UInt8(ascii: "+"))
            } else {
                encoded.append(UInt8(ascii: "%"))
                encoded.append(digits[Int(byte >> 4)])
                encoded.append(digits[Int(byte & 15)])
            }
        }
        return Text(encoded, computedFrom: text)
    }
}

/// Of ASCII.
private func isLetterOrDigit(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
        UInt8(ascii: "0")...UInt8(ascii: "9"):
        true
    default: false
    }
}
