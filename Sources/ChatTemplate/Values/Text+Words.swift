extension Text {
    /// The ranges between white space.
    func words(atMost limit: Int = .max) -> [Range<Int>] {
        var ranges: [Range<Int>] = []
        var at = 0
        while true {
            while at < count, scalar(at: at).isPythonSpace { at += scalarLength(at: at) }
            guard at < count else { return ranges }
            if ranges.count == limit {
                ranges.append(at..<count)
                return ranges
            }
            let start = at
            while at < count, !scalar(at: at).isPythonSpace { at += scalarLength(at: at) }
            ranges.append(start..<at)
        }
    }

    /// The same from the end, in order.
    func wordsFromEnd(atMost limit: Int) -> [Range<Int>] {
        let all = words()
        guard all.count > limit else { return all }
        let kept = all.suffix(limit)
        let rest = all[all.count - limit - 1]
        // What was not split keeps the white space at its beginning, but not at its end.
        return [0..<rest.upperBound] + kept
    }

    /// The ranges of lines, and where each one's end is.
    var lines: [(text: Range<Int>, end: Int)] {
        var lines: [(text: Range<Int>, end: Int)] = []
        var (start, at) = (0, 0)
        while at < count {
            let scalar = scalar(at: at)
            var next = at + scalarLength(at: at)
            if scalar.isPythonLineBreak {
                if scalar == "\r", next < count, bytes[next] == UInt8(ascii: "\n") { next += 1 }
                lines.append((start..<at, next))
                start = next
            }
            at = next
        }
        if start < count { lines.append((start..<count, count)) }
        return lines
    }

    var wordCount: Int {
        var count = 0
        var isWord = false
        for scalar in scalars {
            let belongs = scalar.isPythonAlphanumeric || scalar == "_"
            if belongs, !isWord { count += 1 }
            isWord = belongs
        }
        return count
    }

    /// Without what looks like tags and comments of HTML, and with single spaces.
    var withoutTags: Text {
        let plain = removing(from: "<!--", to: "-->").removing(from: "<", to: ">")
        var words: [UInt8] = []
        for range in plain.words() {
            if !words.isEmpty { words.append(UInt8(ascii: " ")) }
            words += plain.bytes[range]
        }
        var text = Text(words, computedFrom: self)
        let entities: [(Text, Text)] = [("&lt;", "<"), ("&gt;", ">"), ("&#34;", "\""), ("&#39;", "'"), ("&amp;", "&")]
        for (entity, character) in entities { text = text.replacing(entity, with: character) }
        return text
    }

    private func removing(from opening: Text, to closing: Text) -> Text {
        var kept = TextBuilder()
        var at = 0
        while let start = firstOffset(of: opening, from: at),
            let end = firstOffset(of: closing, from: start + opening.count)
        {
            kept.append(self[at..<start])
            at = end + closing.count
        }
        kept.append(self[at...])
        return kept.text
    }

    /// - Parameter old: not empty.
    func replacing(_ old: Text, with new: Text) -> Text {
        guard firstOffset(of: old) != nil else { return self }
        var replaced = TextBuilder()
        var at = 0
        while let start = firstOffset(of: old, from: at) {
            replaced.append(self[at..<start])
            replaced.append(new)
            at = start + old.count
        }
        replaced.append(self[at...])
        return replaced.text
    }
}
