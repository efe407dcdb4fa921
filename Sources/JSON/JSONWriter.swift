extension JSONValue {
    /// The value without white space. Only `"`, `\` and control characters are escaped.
    public var json: String {
        var text = ""
        write(to: &text)
        return text
    }

    func write(to text: inout String) {
        switch self {
        case .null: text += "null"
        case .bool(let value): text += value ? "true" : "false"
        case .number(let value): text += value.text
        case .string(let value): JSONValue.write(value, to: &text)
        case .array(let elements):
            text += "["
            for (index, element) in elements.enumerated() {
                if index > 0 { text += "," }
                element.write(to: &text)
            }
            text += "]"
        case .object(let members):
            text += "{"
            for (index, (key, value)) in members.enumerated() {
                if index > 0 { text += "," }
                JSONValue.write(key, to: &text)
                text += ":"
                value.write(to: &text)
            }
            text += "}"
        }
    }

    static func write(_ string: String, to text: inout String) {
        text += "\""
        // Runs of bytes that need no escape are copied whole.
        let bytes = string.utf8
        var start = bytes.startIndex
        var at = start
        while at < bytes.endIndex {
            if let escape = jsonEscape(of: bytes[at]) {
                text += string[start..<at]
                text += escape
                start = bytes.index(after: at)
            }
            at = bytes.index(after: at)
        }
        text += string[start...]
        text += "\""
    }
}

extension JSONObject {
    /// The object without white space. Only `"`, `\` and control characters are escaped.
    public var json: String { JSONValue.object(self).json }
}

extension JSONValue: CustomStringConvertible {
    public var description: String { json }
}

/// How JSON writes a byte of a string; nil if as it is.
package func jsonEscape(of byte: UInt8) -> String? {
    switch byte {
    case UInt8(ascii: "\""): "\\\""
    case UInt8(ascii: "\\"): "\\\\"
    case 0x08: "\\b"
    case 0x09: "\\t"
    case 0x0A: "\\n"
    case 0x0C: "\\f"
    case 0x0D: "\\r"
    case 0x00..<0x20: "\\u00" + (byte < 0x10 ? "0" : "") + String(byte, radix: 16)
    default: nil
    }
}
