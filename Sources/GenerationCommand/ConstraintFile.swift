internal import ArgumentParser
internal import CommandSupport
internal import Foundation

/// The text of a file with a grammar or a schema.
package struct ConstraintFile {
    /// Without a byte order mark.
    package let text: String

    /// More has nobody written by hand, and a device such as /dev/zero never ends.
    static let limit = 8 << 20

    /// - Parameter source: how errors name the file.
    /// - Throws: `ValidationError` if it cannot be read, is too large, or is not a text.
    package init(_ path: String, for source: String) throws {
        let file = TextFile(try readBytes(path, limit: Self.limit))
        for case .invalidUTF8(let place) in file.remarks {
            throw ValidationError("\(source) is not UTF-8: byte \(place) is invalid")
        }
        let mark: [UInt8] = [0xEF, 0xBB, 0xBF]
        text = String(decoding: file.text.dropFirst(file.text.starts(with: mark) ? mark.count : 0), as: UTF8.self)
    }
}
