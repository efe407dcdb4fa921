/// Looks at what follows a comma behind bare text, to tell whether the comma ends the text: another member follows
/// (`word:` or `word=`), or something that no text would be continued by.
struct MemberLookahead {
    private enum Place { case beforeWord, inWord, afterWord }

    private var place = Place.beforeWord
    private var at: Int
    private var hasWord = false

    /// - Parameter comma: where the comma is.
    init(after comma: Int) { at = comma + 1 }

    /// - Parameter isAll: whether nothing comes after `body`.
    /// - Returns: nil if more has to come before it is known. Asked again, it goes on where it was.
    mutating func memberFollows(in body: [UInt8], closer: UInt8, isAll: Bool) -> Bool? {
        if place == .beforeWord {
            skipSpace(in: body)
            guard at < body.count else { return isAll ? true : nil }
            switch body[at] {
            case .delimiter, closer, "\"", "'", ",": return true
            default: place = .inWord
            }
        }
        if place == .inWord {
            while at < body.count, let length = lengthOfWordCharacter(in: body) {
                at += length
                hasWord = true
            }
            guard at < body.count || isAll else { return nil }
            place = .afterWord
        }
        skipSpace(in: body)
        guard at < body.count else { return isAll ? false : nil }
        return hasWord && (body[at] == ":" || body[at] == "=")
    }

    private mutating func skipSpace(in body: [UInt8]) {
        while at < body.count, body[at].isSpace { at += 1 }
    }

    /// - Returns: nil if no letter, digit, `_`, `-`, `.` or `$` is there.
    private func lengthOfWordCharacter(in body: [UInt8]) -> Int? {
        switch body[at] {
        case "_", "-", ".", "$", ClosedRange.asciiDigits, ClosedRange.asciiCapitals,
            ClosedRange.asciiSmallLetters:
            return 1
        case 0x00..<0x80, .delimiter, .foreign: return nil
        default:
            var decoder = UTF8()
            var bytes = body[at...].makeIterator()
            guard case .scalarValue(let scalar) = decoder.decode(&bytes), scalar.isLetterOrNumber else { return nil }
            return UTF8.width(scalar)
        }
    }
}

extension Unicode.Scalar {
    fileprivate var isLetterOrNumber: Bool {
        switch properties.generalCategory {
        case .uppercaseLetter, .lowercaseLetter, .titlecaseLetter, .modifierLetter, .otherLetter: true
        default: properties.numericType != nil
        }
    }
}
