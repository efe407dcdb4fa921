import JSON

/// Text between `"` or `'`, which models write in place of the delimiter.
enum QuotedText {
    /// - Parameter quoted: with its quotes. It is not empty.
    /// - Returns: nil if `"…"` has an escape that JSON does not have.
    static func decode(_ quoted: ArraySlice<UInt8>) -> [UInt8]? {
        quoted.first == UInt8(ascii: "'") ? decodeSingle(quoted.dropFirst().dropLast()) : decodeJSON(quoted)
    }

    /// Only `\'` is an escape: backslashes of paths and regular expressions stay.
    private static func decodeSingle(_ text: ArraySlice<UInt8>) -> [UInt8] {
        var result: [UInt8] = []
        var rest = text[...]
        while let byte = rest.popFirst() {
            if byte == "\\", let next = rest.popFirst() {
                if next != "'" { result.append(byte) }
                result.append(next)
            } else {
                result.append(byte)
            }
        }
        return result
    }

    /// As JSON, but line breaks and tabs may stand in it.
    private static func decodeJSON(_ quoted: ArraySlice<UInt8>) -> [UInt8]? {
        var json: [UInt8] = []
        for byte in quoted {
            switch byte {
            case "\n", "\t", "\r": json += jsonEscape(of: byte)?.utf8 ?? "".utf8
            default: json.append(byte)
            }
        }
        guard case .string(let text)? = try? JSONValue(json: json) else { return nil }
        return Array(text.utf8)
    }
}
