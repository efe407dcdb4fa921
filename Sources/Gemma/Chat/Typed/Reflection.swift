import Foundation
internal import JSON

/// JSON of values that have no conversion of their own.
enum Reflection {
    /// Values within one another; `null` from there on.
    private static let maximumDepth = 64

    static func json(of value: Any, depth: Int = 0) -> JSONValue {
        guard depth < maximumDepth else { return .null }
        if let encodable = value as? any Encodable, let data = try? JSONEncoder().encode(encodable),
            let json = try? JSONValue(json: Array(data))
        {
            return json
        }
        let mirror = Mirror(reflecting: value)
        func child(_ value: Any) -> JSONValue {
            guard let value = value as? any ConvertibleToGeneratedContent else {
                return json(of: value, depth: depth + 1)
            }
            return value.generatedContent.jsonValue
        }
        switch mirror.displayStyle {
        case .optional: return mirror.children.first.map { child($0.value) } ?? .null
        case .collection, .set, .tuple: return .array(mirror.children.map { child($0.value) })
        case .struct, .class:
            let members = mirror.children.compactMap { member in member.label.map { ($0, child(member.value)) } }
            return .object(JSONObject(members.filter { !$1.isNull }))
        default: return .string("\(value)")
        }
    }
}
