extension CharacterClass {
    /// The characters with a property of Unicode: a general category by either of its names, alone or behind
    /// `General_Category=` or `gc=`, or one of a few others.
    ///
    /// - Returns: nil for properties that are not known here, scripts among them.
    static func unicodeProperty(_ name: String) -> CharacterClass? {
        let parts = name.split(separator: "=", omittingEmptySubsequences: false)
        if parts.count == 2, parts[0] == "General_Category" || parts[0] == "gc" {
            return GeneralCategories.all.characters(named: String(parts[1]))
        }
        return switch name {
        case "Any": .all
        case "ASCII": CharacterClass([0...0x7F])
        case "Alphabetic", "Alpha": alphabetic
        case "Lowercase", "Lower": lowercase
        case "Uppercase", "Upper": uppercase
        case "White_Space", "space": CharacterClass.whiteSpace.subtracting(CharacterClass("\u{FEFF}")).union(nextLine)
        default: GeneralCategories.all.characters(named: name)
        }
    }

    private static let alphabetic = CharacterClass { $0.properties.isAlphabetic }
    private static let lowercase = CharacterClass { $0.properties.isLowercase }
    private static let uppercase = CharacterClass { $0.properties.isUppercase }
    private static let nextLine = CharacterClass("\u{85}")

    /// Asks all characters, which takes some tens of milliseconds.
    private init(where predicate: (Unicode.Scalar) -> Bool) {
        var ranges: [ClosedRange<UInt32>] = []
        for value in 0...CharacterClass.last {
            guard let scalar = Unicode.Scalar(value), predicate(scalar) else { continue }
            if let last = ranges.last, last.upperBound + 1 == value {
                ranges[ranges.count - 1] = last.lowerBound...value
            } else {
                ranges.append(value...value)
            }
        }
        self.init(ranges)
    }
}

/// The characters of each general category. It is computed when the first pattern asks for one.
private struct GeneralCategories {
    private var ranges: [Unicode.GeneralCategory: [ClosedRange<UInt32>]] = [:]

    static let all = GeneralCategories()

    private init() {
        // Runs of one category. Surrogates have one, too, but are no characters.
        var run: (category: Unicode.GeneralCategory, start: UInt32)?
        for value in 0...CharacterClass.last + 1 {
            let category = Unicode.Scalar(value)?.properties.generalCategory
            guard category != run?.category else { continue }
            if let run { ranges[run.category, default: []].append(run.start...value - 1) }
            run = category.map { ($0, value) }
        }
    }

    func characters(named name: String) -> CharacterClass? {
        if let group = Self.groups[name] {
            return CharacterClass(Self.names.filter { $0.short.hasPrefix(group) }.flatMap { ranges[$0.category] ?? [] })
        }
        return Self.names.first { $0.short == name || $0.long == name }.map {
            CharacterClass(ranges[$0.category] ?? [])
        }
    }

    /// What the short names of a group's categories begin with.
    private static let groups = [
        "C": "C", "Other": "C", "L": "L", "Letter": "L", "M": "M", "Mark": "M", "N": "N", "Number": "N", "P": "P",
        "Punctuation": "P", "punct": "P", "S": "S", "Symbol": "S", "Z": "Z", "Separator": "Z",
    ]

    private static let names: [(short: String, long: String, category: Unicode.GeneralCategory)] = [
        ("Lu", "Uppercase_Letter", .uppercaseLetter), ("Ll", "Lowercase_Letter", .lowercaseLetter),
        ("Lt", "Titlecase_Letter", .titlecaseLetter), ("Lm", "Modifier_Letter", .modifierLetter),
        ("Lo", "Other_Letter", .otherLetter), ("Mn", "Nonspacing_Mark", .nonspacingMark),
        ("Mc", "Spacing_Mark", .spacingMark), ("Me", "Enclosing_Mark", .enclosingMark),
        ("Nd", "Decimal_Number", .decimalNumber), ("Nl", "Letter_Number", .letterNumber),
        ("No", "Other_Number", .otherNumber), ("Pc", "Connector_Punctuation", .connectorPunctuation),
        ("Pd", "Dash_Punctuation", .dashPunctuation), ("Ps", "Open_Punctuation", .openPunctuation),
        ("Pe", "Close_Punctuation", .closePunctuation), ("Pi", "Initial_Punctuation", .initialPunctuation),
        ("Pf", "Final_Punctuation", .finalPunctuation), ("Po", "Other_Punctuation", .otherPunctuation),
        ("Sm", "Math_Symbol", .mathSymbol), ("Sc", "Currency_Symbol", .currencySymbol),
        ("Sk", "Modifier_Symbol", .modifierSymbol), ("So", "Other_Symbol", .otherSymbol),
        ("Zs", "Space_Separator", .spaceSeparator), ("Zl", "Line_Separator", .lineSeparator),
        ("Zp", "Paragraph_Separator", .paragraphSeparator), ("Cc", "Control", .control), ("Cf", "Format", .format),
        ("Co", "Private_Use", .privateUse), ("Cn", "Unassigned", .unassigned),
    ]
}
