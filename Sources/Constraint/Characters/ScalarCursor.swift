/// A place in a text that is read character by character.
struct ScalarCursor {
    private let scalars: [Unicode.Scalar]
    /// How many characters are before it.
    private(set) var offset = 0

    init(_ text: String) { scalars = Array(text.unicodeScalars) }

    /// nil at the end.
    var next: Unicode.Scalar? { peek(0) }

    /// The character `distance` behind the next one.
    func peek(_ distance: Int) -> Unicode.Scalar? {
        offset + distance < scalars.count ? scalars[offset + distance] : nil
    }

    /// Goes on by one character, which is returned.
    mutating func read() -> Unicode.Scalar? {
        guard let next else { return nil }
        offset += 1
        return next
    }

    /// Goes past `text` if it follows.
    mutating func skip(_ text: String) -> Bool {
        for (distance, scalar) in text.unicodeScalars.enumerated() where peek(distance) != scalar { return false }
        offset += text.unicodeScalars.count
        return true
    }

    /// Goes past what satisfies `predicate`, and returns it.
    mutating func read(while predicate: (Unicode.Scalar) -> Bool) -> String {
        var text = String.UnicodeScalarView()
        while let next, predicate(next) {
            text.append(next)
            offset += 1
        }
        return String(text)
    }

    /// Goes back to an earlier place.
    mutating func goBack(to offset: Int) { self.offset = offset }

    /// Reads exactly `count` hexadecimal digits, at most eight. nil if there are fewer; then it stays where it was.
    mutating func readHexadecimal(count: Int) -> UInt32? {
        var value: UInt32 = 0
        for distance in 0..<count {
            guard let digit = peek(distance)?.hexadecimalValue else { return nil }
            value = value << 4 | digit
        }
        offset += count
        return value
    }

    static let largestNumber = 1_000_000_000

    /// Reads a decimal number. It is cut down to `largestNumber`. nil if there is none.
    mutating func readNumber() -> Int? {
        guard next?.isASCIIDigit == true else { return nil }
        var value = 0
        while let digit = next, digit.isASCIIDigit {
            value = min(value * 10 + Int(digit.value - 0x30), Self.largestNumber)
            offset += 1
        }
        return value
    }

    /// Line and column of a place, from 1. A line ends with a line feed, a carriage return, or both.
    func position(of offset: Int) -> (line: Int, column: Int) {
        var (line, start) = (1, 0)
        for index in 0..<min(offset, scalars.count) {
            let isPair = scalars[index] == "\r" && index + 1 < scalars.count && scalars[index + 1] == "\n"
            let isEnd = scalars[index] == "\n" || scalars[index] == "\r" && !isPair
            if isEnd { (line, start) = (line + 1, index + 1) }
        }
        return (line, offset - start + 1)
    }
}

extension Unicode.Scalar {
    var isASCIIDigit: Bool { "0"..."9" ~= self }
    var isASCIILetter: Bool { "a"..."z" ~= self || "A"..."Z" ~= self }

    /// nil if it is not a hexadecimal digit.
    fileprivate var hexadecimalValue: UInt32? {
        switch self {
        case "0"..."9": value - 0x30
        case "a"..."f": value - 0x61 + 10
        case "A"..."F": value - 0x41 + 10
        default: nil
        }
    }
}
