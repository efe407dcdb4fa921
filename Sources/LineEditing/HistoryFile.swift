package import Foundation
internal import Platform

/// What was entered in former sessions: a text file with a line for each entry, in which `\n` stands for a newline.
package struct HistoryFile: Sendable {
    package let url: URL
    /// The most entries that are kept.
    package let limit: Int

    package init(_ url: URL, limit: Int = 1000) { (self.url, self.limit) = (url, limit) }

    /// Longer entries are not kept.
    package static let longestEntry = 64 << 10
    /// The end of a longer file is read.
    private static let longestFile = 64 << 20

    /// The newest entries, oldest first; none if there is no file. Shortens a file that has grown to twice the limit.
    package func entries() -> [String] {
        guard let handle = try? FileHandle(forReadingFrom: url) else { return [] }
        defer { try? handle.close() }
        let size = (try? handle.seekToEnd()) ?? 0
        try? handle.seek(toOffset: size > Self.longestFile ? size - UInt64(Self.longestFile) : 0)
        guard let data = try? handle.read(upToCount: Self.longestFile) else { return [] }
        let lines = String(decoding: data, as: UTF8.self).split(separator: "\n")
        let newest = lines.suffix(limit)
        if lines.count >= 2 * limit {
            // Not being able to shorten it harms nobody.
            try? PrivateFile.replace(url, with: newest.map { $0 + "\n" }.joined())
        }
        return newest.map { Self.entry(line: $0) }
    }

    /// - Throws: `SystemError`.
    package func append(_ entry: String) throws {
        guard entry.utf8.count <= Self.longestEntry else { return }
        try PrivateFile.append(Self.line(entry: entry) + "\n", to: url)
    }

    private static func line(entry: String) -> String {
        entry.unicodeScalars.reduce(into: "") { line, scalar in
            switch scalar {
            case "\n": line += "\\n"
            case "\r": line += "\\r"
            case "\\": line += "\\\\"
            default: line.unicodeScalars.append(scalar)
            }
        }
    }

    private static func entry(line: Substring) -> String {
        var entry = String.UnicodeScalarView()
        var isEscaped = false
        for scalar in line.unicodeScalars {
            switch scalar {
            case "\\" where !isEscaped:
                isEscaped = true
                continue
            case "n" where isEscaped: entry.append("\n")
            case "r" where isEscaped: entry.append("\r")
            default: entry.append(scalar)
            }
            isEscaped = false
        }
        return String(entry)
    }
}
