extension UInt8 {
    /// Of ASCII.
    var isDigit: Bool { UInt8(ascii: "0")...UInt8(ascii: "9") ~= self }

    /// Of ASCII.
    var isLetterOrDigit: Bool {
        let lower = self | 0x20
        return isDigit || UInt8(ascii: "a")...UInt8(ascii: "z") ~= lower
    }
}

extension Int {
    /// Nil for anything but digits, so that there is no sign.
    init?(digits: Substring) {
        guard digits.utf8.allSatisfy(\.isDigit) else { return nil }
        self.init(digits)
    }
}
