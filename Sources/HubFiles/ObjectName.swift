/// The name that git or Git LFS gives to a commit or to the content of a file: a checksum in hexadecimal digits.
package struct ObjectName: Sendable, Hashable, CustomStringConvertible {
    /// In lower case.
    package let text: String

    /// - Returns: nil if this is neither SHA-1 nor SHA-256, so it is safe as the name of a file.
    package init?(_ text: String) {
        let digits = text.lowercased()
        guard [40, 64].contains(digits.utf8.count),
            digits.utf8.allSatisfy({ $0.isDigit || UInt8(ascii: "a")...UInt8(ascii: "f") ~= $0 })
        else { return nil }
        self.text = digits
    }

    package var description: String { text }
}
