import Foundation
import JSON

/// Says whether a value obeys a JSON schema, straight from the specification. It has nothing in common with the
/// compiler that is tested with it: no merging, no grammar, numbers as doubles, and Foundation's regular expressions.
struct SchemaValidator {
    let root: JSONValue

    static func isValid(_ value: JSONValue, _ schema: JSONValue) -> Bool {
        SchemaValidator(root: schema).isValid(value, schema)
    }

    private func isValid(_ value: JSONValue, _ schema: JSONValue) -> Bool {
        guard case .object(let keywords) = schema else { return schema != .bool(false) }
        if keywords["nullable"] == true, value.isNull { return true }
        return keywords.allSatisfy { key, argument in obeys(value, key, argument, keywords) }
    }

    private func obeys(_ value: JSONValue, _ key: String, _ argument: JSONValue, _ schema: JSONObject) -> Bool {
        let list = argument.arrayValue ?? []
        switch key {
        case "type": return (argument.arrayValue ?? [argument]).contains { hasType(value, $0.stringValue ?? "") }
        case "enum": return list.contains { isEqual($0, value) }
        case "const": return isEqual(argument, value)
        case "anyOf", "oneOf": return list.contains { isValid(value, $0) }
        case "allOf": return list.allSatisfy { isValid(value, $0) }
        case "$ref": return isValid(value, target(argument.stringValue ?? ""))
        default: break
        }
        switch value {
        case .string(let text): return obeys(text, key, argument)
        case .number(let number):
            if key == "multipleOf" { return isMultiple(number, of: argument.numberValue?.intValue ?? 0) }
            return obeys(number.doubleValue, key, argument.numberValue?.doubleValue ?? 0)
        case .array(let elements): return obeys(elements, key, argument, schema)
        case .object(let members): return obeys(members, key, argument, schema)
        default: return true
        }
    }

    private func hasType(_ value: JSONValue, _ type: String) -> Bool {
        switch value {
        case .null: type == "null"
        case .bool: type == "boolean"
        case .string: type == "string"
        case .number(let number):
            type == "number" || type == "integer" && number.doubleValue == number.doubleValue.rounded()
        case .array: type == "array"
        case .object: type == "object"
        }
    }

    private func isEqual(_ left: JSONValue, _ right: JSONValue) -> Bool {
        if let left = left.numberValue, let right = right.numberValue { return left.doubleValue == right.doubleValue }
        return left == right
    }

    private func target(_ reference: String) -> JSONValue {
        reference.split(separator: "/").dropFirst().reduce(root) { value, step in
            let key = String(step).replacing("~1", with: "/").replacing("~0", with: "~")
            return value[key] ?? Int(key).flatMap { value.arrayValue?[$0] } ?? .bool(false)
        }
    }

    private func obeys(_ text: String, _ key: String, _ argument: JSONValue) -> Bool {
        let count = text.unicodeScalars.count
        switch key {
        case "minLength": return count >= argument.numberValue?.intValue ?? 0
        case "maxLength": return count <= argument.numberValue?.intValue ?? 0
        case "pattern": return matches(text, argument.stringValue ?? "")
        case "format": return hasFormat(text, argument.stringValue ?? "")
        default: return true
        }
    }

    private func matches(_ text: String, _ pattern: String) -> Bool {
        if pattern.isEmpty { return true }
        // ICU's `$` would also match before a newline at the end, and its `.` has fewer characters than ECMAScript's.
        let pattern = pattern.hasSuffix("$") ? String(pattern.dropLast()) + "\\z" : pattern
        let expression = try? NSRegularExpression(pattern: pattern, options: .useUnixLineSeparators)
        return expression?.firstMatch(in: text, range: NSRange(text.startIndex..., in: text)) != nil
    }

    private func hasFormat(_ text: String, _ format: String) -> Bool {
        let time = Self.time
        switch format {
        case "date": return isDate(text)
        case "time": return matches(text, "^\(time)$")
        case "date-time": return isDate(String(text.prefix(10))) && matches(text, "^.{10}T\(time)$")
        case "uuid": return UUID(uuidString: text) != nil
        case "email": return matches(text, "^[^@\\s]+@[^@\\s]+$")
        case "ipv4":
            let parts = text.split(separator: ".", omittingEmptySubsequences: false)
            return parts.count == 4 && parts.allSatisfy { UInt8($0).map(String.init) ?? "" == $0 }
        default: return true
        }
    }

    private static let time = "([01]\\d|2[0-3]):[0-5]\\d:[0-5]\\d(\\.\\d+)?(Z|[+-]([01]\\d|2[0-3]):[0-5]\\d)"

    private func isDate(_ text: String) -> Bool {
        guard matches(text, "^\\d{4}-\\d{2}-\\d{2}$") else { return false }
        let parts = text.split(separator: "-").compactMap { Int($0) }
        let isLeap = parts[0] % 4 == 0 && (parts[0] % 100 != 0 || parts[0] % 400 == 0)
        let days = [31, isLeap ? 29 : 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]
        return parts[0] > 0 && (1...12).contains(parts[1]) && (1...days[parts[1] - 1]).contains(parts[2])
    }

    private func obeys(_ value: Double, _ key: String, _ bound: Double) -> Bool {
        switch key {
        case "minimum": value >= bound
        case "maximum": value <= bound
        case "exclusiveMinimum": value > bound
        case "exclusiveMaximum": value < bound
        default: true
        }
    }

    /// Digit by digit: doubles are not exact enough.
    private func isMultiple(_ number: JSONNumber, of divisor: Int) -> Bool {
        guard number.isInteger else { return false }
        return number.text.compactMap(\.wholeNumberValue).reduce(0) { ($0 * 10 + $1) % divisor } == 0
    }

    private func obeys(
        _ elements: [JSONValue], _ key: String, _ argument: JSONValue, _ schema: JSONObject
    ) -> Bool {
        switch key {
        case "minItems": elements.count >= argument.numberValue?.intValue ?? 0
        case "maxItems": elements.count <= argument.numberValue?.intValue ?? 0
        case "prefixItems": zip(elements, argument.arrayValue ?? []).allSatisfy { isValid($0, $1) }
        case "items":
            elements.dropFirst(schema["prefixItems"]?.arrayValue?.count ?? 0).allSatisfy { isValid($0, argument) }
        default: true
        }
    }

    private func obeys(
        _ members: JSONObject, _ key: String, _ argument: JSONValue, _ schema: JSONObject
    ) -> Bool {
        let properties = schema["properties"]?.objectValue ?? [:]
        let patterns = schema["patternProperties"]?.objectValue ?? [:]
        switch key {
        case "minProperties": return members.count >= argument.numberValue?.intValue ?? 0
        case "maxProperties": return members.count <= argument.numberValue?.intValue ?? 0
        case "required": return (argument.arrayValue ?? []).allSatisfy { members[$0.stringValue ?? ""] != nil }
        case "properties": return members.allSatisfy { key, value in isValid(value, properties[key] ?? true) }
        case "patternProperties":
            return members.allSatisfy { key, value in
                patterns.allSatisfy { pattern, schema in !matches(key, pattern) || isValid(value, schema) }
            }
        case "additionalProperties":
            return members.allSatisfy { key, value in
                properties[key] != nil || patterns.contains { pattern, _ in matches(key, pattern) }
                    || isValid(value, argument)
            }
        default: return true
        }
    }
}
