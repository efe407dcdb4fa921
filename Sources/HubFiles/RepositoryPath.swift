/// A path below a folder that can never leave it: names joined by `/`, none of them empty, `.` or `..`, without control
/// characters, and not longer than file systems allow.
package struct RepositoryPath: Sendable, Hashable, CustomStringConvertible {
    package let text: String

    /// What systems allow for one name; paths are shorter than 4096 bytes, with the folder before them.
    private static let (longestName, longestPath) = (255, 1024)

    /// - Returns: nil for any other text.
    package init?(_ text: String) {
        guard text.utf8.count <= RepositoryPath.longestPath,
            text.unicodeScalars.allSatisfy({ $0.properties.generalCategory != .control && $0 != "\\" }),
            text.split(separator: "/", omittingEmptySubsequences: false).allSatisfy({ name in
                1...RepositoryPath.longestName ~= name.utf8.count && name != "." && name != ".."
            })
        else { return nil }
        self.text = text
    }

    package var description: String { text }

    package var components: [Substring] { text.split(separator: "/") }
    /// The names of the folders, from the outermost.
    package var folders: ArraySlice<Substring> { components.dropLast() }
    /// The last name.
    package var name: String { components.last.map(String.init) ?? text }

    /// As part of a web address: all but unreserved characters and `/` are escaped.
    package var percentEncoded: String {
        text.utf8.reduce(into: "") { text, byte in
            if byte.isLetterOrDigit || "-._~/".utf8.contains(byte) {
                text.unicodeScalars.append(Unicode.Scalar(byte))
            } else {
                let digits = String(byte, radix: 16, uppercase: true)
                text += digits.count == 1 ? "%0\(digits)" : "%\(digits)"
            }
        }
    }
}
