extension Text {
    var uppercased: Text {
        mapped(ascii: { UInt8(ascii: "a")...UInt8(ascii: "z") ~= $0 ? $0 & 0xDF : $0 }) { text in
            var upper = ""
            for scalar in text { upper += scalar.properties.uppercaseMapping }
            return upper
        }
    }

    var lowercased: Text {
        mapped(ascii: { UInt8(ascii: "A")...UInt8(ascii: "Z") ~= $0 ? $0 | 0x20 : $0 }) { text in
            let scalars = Array(text)
            var lower = ""
            for index in scalars.indices { lower += lowercase(scalars, index) }
            return lower
        }
    }

    /// The first scalar in upper case, the others in lower case.
    var capitalized: Text {
        guard !isEmpty else { return self }
        let scalars = Array(self.scalars)
        var text = scalars[0].properties.titlecaseMapping
        for index in scalars.indices.dropFirst() { text += lowercase(scalars, index) }
        return Text(text, computedFrom: self)
    }

    /// Python's `title`: what follows a letter is in lower case.
    var titlecased: Text {
        let scalars = Array(self.scalars)
        var text = ""
        var isAfterCased = false
        for (index, scalar) in scalars.enumerated() {
            text += isAfterCased ? lowercase(scalars, index) : scalar.properties.titlecaseMapping
            isAfterCased = scalar.properties.isCased
        }
        return Text(text, computedFrom: self)
    }

    /// Jinja's `title`: words begin after white space, a hyphen or an opening bracket.
    var wordsCapitalized: Text {
        var text = ""
        var word: [Unicode.Scalar] = []
        var isSeparator = false
        func flush() {
            guard let first = word.first else { return }
            text += first.properties.uppercaseMapping
            let rest = Array(word.dropFirst())
            for index in rest.indices { text += lowercase(rest, index) }
            word = []
        }
        for scalar in scalars {
            let separates = scalar.isPythonSpace || "-({[<".unicodeScalars.contains(scalar)
            if separates != isSeparator { flush() }
            isSeparator = separates
            word.append(scalar)
        }
        flush()
        return Text(text, computedFrom: self)
    }

    var caseSwapped: Text {
        let scalars = Array(self.scalars)
        var text = ""
        for (index, scalar) in scalars.enumerated() {
            if scalar.properties.isUppercase {
                text += lowercase(scalars, index)
            } else if scalar.properties.isLowercase {
                text += scalar.properties.uppercaseMapping
            } else {
                text.unicodeScalars.append(scalar)
            }
        }
        return Text(text, computedFrom: self)
    }

    /// Close to Unicode's case folding, which the standard library does not have.
    var caseFolded: Text {
        var text = ""
        for scalar in scalars {
            if scalar == "\u{131}" {
                text += "\u{131}"
                continue
            }
            for upper in scalar.properties.uppercaseMapping.unicodeScalars { text += upper.properties.lowercaseMapping }
        }
        return Text(text, computedFrom: self)
    }

    var isLowercase: Bool { isCased { $0.properties.isLowercase } }
    var isUppercase: Bool { isCased { $0.properties.isUppercase } }

    /// Whether there are cased scalars, all of them as wanted.
    private func isCased(_ isWanted: (Unicode.Scalar) -> Bool) -> Bool {
        var isFound = false
        for scalar in scalars {
            if isWanted(scalar) {
                isFound = true
            } else if scalar.properties.isUppercase || scalar.properties.isLowercase || scalar.isPythonTitlecase {
                return false
            }
        }
        return isFound
    }

    private func mapped(
        ascii: (UInt8) -> UInt8, other: (String.UnicodeScalarView) -> String
    ) -> Text {
        isASCII ? Text(bytes.map(ascii), computedFrom: self) : Text(other(scalars), computedFrom: self)
    }
}

/// One of several scalars in lower case. A sigma that ends a word has a form of its own.
private func lowercase(_ scalars: [Unicode.Scalar], _ index: Int) -> String {
    guard scalars[index] == "\u{3A3}" else { return scalars[index].properties.lowercaseMapping }
    // Jinja's texts have few of them, and a word before one is short.
    let before = scalars[..<index].last { !$0.properties.isCaseIgnorable }
    let after = scalars[(index + 1)...].first { !$0.properties.isCaseIgnorable }
    return before?.properties.isCased == true && after?.properties.isCased != true ? "\u{3C2}" : "\u{3C3}"
}
