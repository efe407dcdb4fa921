extension Text {
    /// What stands between white space: the first word that begins at `at` or after it.
    func word(from at: Int) -> Range<Int>? {
        var start = at
        while start < count, scalar(at: start).isPythonSpace { start += scalarLength(at: start) }
        guard start < count else { return nil }
        var end = start
        while end < count, !scalar(at: end).isPythonSpace { end += scalarLength(at: end) }
        return start..<end
    }

    /// The last word that ends at `at` or before it.
    func lastWord(before at: Int) -> Range<Int>? {
        var end = at
        while end > 0, scalar(at: offset(before: end)).isPythonSpace { end = offset(before: end) }
        guard end > 0 else { return nil }
        var start = end
        while start > 0, !scalar(at: offset(before: start)).isPythonSpace { start = offset(before: start) }
        return start..<end
    }

    /// The line that begins at `start`, and where the next one does; nil at the end of the text.
    func line(from start: Int) -> (text: Range<Int>, end: Int)? {
        guard start < count else { return nil }
        var at = start
        while at < count {
            let scalar = scalar(at: at)
            var next = at + scalarLength(at: at)
            if scalar.isPythonLineBreak {
                if scalar == "\r", next < count, bytes[next] == UInt8(ascii: "\n") { next += 1 }
                return (start..<at, next)
            }
            at = next
        }
        return (start..<count, count)
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
        var at = 0
        while let word = plain.word(from: at) {
            if !words.isEmpty { words.append(UInt8(ascii: " ")) }
            words += plain.bytes[word]
            at = word.upperBound
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
