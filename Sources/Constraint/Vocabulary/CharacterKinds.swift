/// Kinds of characters, as a set. Every character is of one kind.
///
/// They divide characters as formats do, so that what is free between two quotation marks is a set of kinds.
struct CharacterKinds: OptionSet, Sendable, Hashable {
    let rawValue: UInt32

    init(rawValue: UInt32) { self.rawValue = rawValue }

    /// Bytes that are not UTF-8, or only a part of a character. No class of characters has them.
    static let broken = CharacterKinds(rawValue: 1 << 31)

    /// The characters of each kind.
    private static let classes: [CharacterClass] = [
        CharacterClass([0...8, 0xB...0xC, 0xE...0x1F]), CharacterClass("\t"), CharacterClass("\n"),
        CharacterClass("\r"), CharacterClass(" "), CharacterClass("\""), CharacterClass("\\"),
        CharacterClass("0"..."9"), CharacterClass("a"..."f"), CharacterClass("g"..."z"), CharacterClass("A"..."F"),
        CharacterClass("G"..."Z"), CharacterClass("_"), CharacterClass("-"), CharacterClass("."),
        CharacterClass(","), CharacterClass(":"), CharacterClass("{", "}"), CharacterClass("[", "]"),
        CharacterClass("'"), CharacterClass("/"), CharacterClass("<", ">"), CharacterClass("(", ")"),
        CharacterClass("+", "=", "*", "%", "&", "|", "^", "~", "!"), CharacterClass("?", ";", "@", "#", "$", "`"),
        CharacterClass([0x7F...0x7F]), CharacterClass([0x80...0x7FF]), CharacterClass([0x800...0xFFFF]),
        CharacterClass([0x10000...CharacterClass.last]),
    ]

    /// The kind of each ASCII character.
    private static let ascii: [UInt32] = (0..<128).map { value in
        let scalar = Unicode.Scalar(UInt8(value))
        return 1 << UInt32(classes.firstIndex { $0.contains(scalar) }!)
    }

    /// The kind of a character that takes 2, 3 or 4 bytes.
    private static let longer = (2...4).map { UInt32(1) << UInt32(classes.count - 5 + $0) }

    init(of scalar: Unicode.Scalar) {
        switch scalar.value {
        case ..<0x80: rawValue = Self.ascii[Int(scalar.value)]
        case ..<0x800: rawValue = Self.longer[0]
        case ..<0x10000: rawValue = Self.longer[1]
        default: rawValue = Self.longer[2]
        }
    }

    /// The kinds of the characters that begin with `byte`, and perhaps more.
    init(ofFirstByte byte: UInt8) {
        rawValue = byte < 0x80 ? Self.ascii[Int(byte)] : Self.longer.reduce(0, |)
    }

    /// The kinds all of whose characters are in `characters`.
    init(within characters: CharacterClass) {
        var bits: UInt32 = 0
        for (kind, members) in Self.classes.enumerated() where characters.contains(members) {
            bits |= 1 << UInt32(kind)
        }
        rawValue = bits
    }
}

/// Texts that may come next: up to `length` characters of some kinds, in any order.
struct CharacterSpan: Sendable, Hashable {
    let kinds: CharacterKinds
    /// The largest integer for any number.
    let length: Int32

    static let none = CharacterSpan(kinds: [], length: 0)

    /// Whether it is the better one to know: it has more kinds, or is longer.
    static func < (a: CharacterSpan, b: CharacterSpan) -> Bool {
        let (first, second) = (a.kinds.rawValue.nonzeroBitCount, b.kinds.rawValue.nonzeroBitCount)
        return (first, a.length) < (second, b.length)
    }
}

func max(_ a: CharacterSpan, _ b: CharacterSpan) -> CharacterSpan { a < b ? b : a }
