import Foundation
internal import Platform

/// What a user should know about a text file, since it is probably not what was meant.
package enum TextRemark: Sendable, Hashable, CustomStringConvertible {
    /// It was UTF-16, as its byte order mark says, and no longer is.
    case convertedFromUTF16
    case byteOrderMark
    case carriageReturns
    case nulCharacters
    /// The place of the first byte that is not UTF-8.
    case invalidUTF8(at: Int)

    package var description: String {
        switch self {
        case .convertedFromUTF16: "is UTF-16; it was converted to UTF-8"
        case .byteOrderMark: "begins with a byte order mark, which stays part of the text"
        case .carriageReturns: "has lines that end with CR LF; the CRs stay part of the text"
        case .nulCharacters: "has NUL characters; is it UTF-16 without a byte order mark, or not a text?"
        case .invalidUTF8(let place): "is not UTF-8: byte \(place) is invalid"
        }
    }
}

/// The text in the bytes of a file.
package struct TextFile: Sendable, Hashable {
    /// UTF-8 if the file was; without its last newline.
    package let text: Data
    package let remarks: [TextRemark]

    package init(_ bytes: Data) {
        var text = bytes
        var remarks: [TextRemark] = []
        if let converted = Self.convertedFromUTF16(bytes) {
            text = Data(converted.utf8)
            remarks.append(.convertedFromUTF16)
        }
        if text.starts(with: [0xEF, 0xBB, 0xBF]) { remarks.append(.byteOrderMark) }
        if Self.hasCarriageReturns(text) { remarks.append(.carriageReturns) }
        if text.contains(0) { remarks.append(.nulCharacters) }
        if let place = Self.firstInvalidByte(text) { remarks.append(.invalidUTF8(at: place)) }
        self.text = text.last == UInt8(ascii: "\n") ? text.dropLast() : text
        self.remarks = remarks
    }

    /// Nil if there is no byte order mark of UTF-16. Lone surrogates, and half a character at the end, become U+FFFD.
    private static func convertedFromUTF16(_ bytes: Data) -> String? {
        let isLittleEndian: Bool
        if bytes.starts(with: [0xFF, 0xFE]) {
            isLittleEndian = true
        } else if bytes.starts(with: [0xFE, 0xFF]) {
            isLittleEndian = false
        } else {
            return nil
        }
        let rest = Array(bytes.dropFirst(2))
        var units: [UInt16] = []
        units.reserveCapacity(rest.count / 2 + 1)
        for at in stride(from: 0, to: rest.count - 1, by: 2) {
            let (first, second) = (UInt16(rest[at]), UInt16(rest[at + 1]))
            units.append(isLittleEndian ? second << 8 | first : first << 8 | second)
        }
        if !rest.count.isMultiple(of: 2) { units.append(0xFFFD) }
        return String(decoding: units, as: UTF16.self)
    }

    private static func hasCarriageReturns(_ text: Data) -> Bool {
        var last: UInt8 = 0
        for byte in text {
            if last == UInt8(ascii: "\r"), byte == UInt8(ascii: "\n") { return true }
            last = byte
        }
        return false
    }

    private static func firstInvalidByte(_ text: Data) -> Int? {
        text.withUnsafeBytes { bytes in
            guard !bytes.isUTF8 else { return nil }
            let bytes = bytes.bindMemory(to: UInt8.self)
            var place = 0
            while place < bytes.count, case .character(let count) = UTF8Sequence(in: bytes, at: place) {
                place += count
            }
            return place
        }
    }
}
