/// The characters with a property of Unicode, and all others.
struct UnicodeProperty: Sendable {
    let characters: CharacterClass
    let others: CharacterClass

    private init(_ characters: CharacterClass) { (self.characters, others) = (characters, characters.inverted) }

    /// A general category by either of its names, alone or behind `General_Category=` or `gc=`, or one of a few other
    /// properties.
    ///
    /// - Returns: nil for properties that are not known here, scripts among them.
    static func named(_ name: String) -> UnicodeProperty? {
        let parts = name.split(separator: "=", omittingEmptySubsequences: false)
        guard parts.count == 2 else { return categories[name] ?? others[name] }
        return parts[0] == "General_Category" || parts[0] == "gc" ? categories[String(parts[1])] : nil
    }

    private static let others: [String: UnicodeProperty] = {
        let alphabetic = UnicodeProperty { $0.isAlphabetic }
        let (lowercase, uppercase) = (UnicodeProperty { $0.isLowercase }, UnicodeProperty { $0.isUppercase })
        let whiteSpace = UnicodeProperty { $0.isWhitespace }
        return [
            "Any": UnicodeProperty(.all), "ASCII": UnicodeProperty(CharacterClass([0...0x7F])),
            "Alphabetic": alphabetic, "Alpha": alphabetic, "Lowercase": lowercase, "Lower": lowercase,
            "Uppercase": uppercase, "Upper": uppercase, "White_Space": whiteSpace, "space": whiteSpace,
        ]
    }()

    /// Asks all characters, which takes some milliseconds.
    private init(where predicate: (Unicode.Scalar.Properties) -> Bool) {
        let values = (0...CharacterClass.last).filter { Unicode.Scalar($0).map { predicate($0.properties) } ?? false }
        self.init(CharacterClass(values.map { $0...$0 }))
    }

    /// General categories and groups of them, by all names. Computed when the first pattern asks.
    private static let categories: [String: UnicodeProperty] = {
        // Runs of one category. Surrogates are no characters.
        var ranges: [Unicode.GeneralCategory: [ClosedRange<UInt32>]] = [:]
        var run: (category: Unicode.GeneralCategory, start: UInt32)?
        for value in 0...CharacterClass.last + 1 {
            let category = Unicode.Scalar(value)?.properties.generalCategory
            guard category != run?.category else { continue }
            if let run { ranges[run.category, default: []].append(run.start...value - 1) }
            run = category.map { ($0, value) }
        }
        var categories: [String: UnicodeProperty] = [:]
        for (short, long, category) in names {
            let property = UnicodeProperty(CharacterClass(ranges[category] ?? []))
            (categories[short], categories[long]) = (property, property)
        }
        for (short, long) in groups {
            let members = names.filter { $0.short.hasPrefix(short) }.flatMap { ranges[$0.category] ?? [] }
            let property = UnicodeProperty(CharacterClass(members))
            (categories[short], categories[long]) = (property, property)
        }
        return categories
    }()

    /// The categories of a group have short names that begin with its own.
    private static let groups = [
        ("C", "Other"), ("L", "Letter"), ("M", "Mark"), ("N", "Number"), ("P", "Punctuation"), ("S", "Symbol"),
        ("Z", "Separator"),
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
