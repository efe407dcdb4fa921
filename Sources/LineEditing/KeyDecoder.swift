/// What was typed, as a line editor is told of it.
package enum Key: Hashable, Sendable {
    case character(Unicode.Scalar)
    /// Text that is inserted as it is, newlines included: a paste, or Alt-Enter's newline.
    case text(String)
    /// Ctrl-C
    case interrupt
    /// Ctrl-Z
    case suspend
}

/// Takes the bytes of a terminal apart.
///
/// It finds what libedit does not know: bracketed pastes and Alt-Enter. All other escape sequences pass as they are.
package struct KeyDecoder: Sendable {
    private var bytes: [UInt8] = []
    private var paste: [UInt8]?

    package init() {}

    /// More than this of a paste is dropped.
    package static let longestPaste = 16 << 20

    private static let pasteStart = Array("\u{1B}[200~".utf8)
    private static let pasteEnd = Array("\u{1B}[201~".utf8)

    /// Whether what was read so far may become something else with more bytes, which follow at once if at all.
    package var isWaiting: Bool { paste == nil && !bytes.isEmpty }

    /// - Returns: what is known with this byte.
    package mutating func read(_ byte: UInt8) -> [Key] {
        if paste != nil { return readPasted(byte).map { [$0] } ?? [] }
        bytes.append(byte)
        return keys()
    }

    /// Nothing more came: what was read stands for itself.
    package mutating func timeOut() -> [Key] {
        defer { bytes = [] }
        return String(decoding: bytes, as: UTF8.self).unicodeScalars.map(Self.key)
    }

    private mutating func keys() -> [Key] {
        switch bytes[0] {
        case 0x1B:
            if Self.pasteStart == bytes {
                (bytes, paste) = ([], [])
                return []
            }
            if Self.pasteStart.starts(with: bytes) { return [] }
            if bytes.count == 2, bytes[1] == 0x0D || bytes[1] == 0x0A {
                bytes = []
                return [.text("\n")]
            }
            return timeOut()
        case 0x80...:
            let count = Self.length(from: bytes[0])
            let isInOrder = bytes.count == 1 || bytes[bytes.count - 1] & 0xC0 == 0x80
            return bytes.count < count && isInOrder ? [] : timeOut()
        default: return timeOut()
        }
    }

    private static func length(from lead: UInt8) -> Int {
        switch lead {
        case 0xC2...0xDF: 2
        case 0xE0...0xEF: 3
        case 0xF0...0xF4: 4
        default: 1
        }
    }

    private static func key(_ scalar: Unicode.Scalar) -> Key {
        switch scalar {
        case "\u{03}": .interrupt
        case "\u{1A}": .suspend
        default: .character(scalar)
        }
    }

    private mutating func readPasted(_ byte: UInt8) -> Key? {
        paste?.append(byte)
        let count = Self.pasteEnd.count
        if byte == UInt8(ascii: "~"), let pasted = paste, pasted.suffix(count) == Self.pasteEnd[...] {
            paste = nil
            return .text(Self.text(pasted.dropLast(count)))
        }
        // What may be the beginning of the end is kept. No copy of the paste may exist here.
        if let length = paste?.count, length > Self.longestPaste { paste?.remove(at: length - count - 1) }
        return nil
    }

    /// Line ends as newlines (terminals send CR), without control characters, which an editor would take for keys.
    private static func text(_ bytes: ArraySlice<UInt8>) -> String {
        var text = String.UnicodeScalarView()
        var isAfterReturn = false
        for scalar in String(decoding: bytes, as: UTF8.self).unicodeScalars {
            defer { isAfterReturn = scalar == "\r" }
            switch scalar {
            case "\n" where isAfterReturn: continue
            case "\r", "\n": text.append("\n")
            case "\t": text.append("\t")
            case _ where scalar.properties.generalCategory == .control: continue
            default: text.append(scalar)
            }
        }
        return String(text)
    }
}
