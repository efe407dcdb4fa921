import Foundation
internal import JSON

// Decodable types.

extension ConvertibleFromGeneratedContent where Self: Decodable {
    public init(_ content: GeneratedContent) throws { self = try content.decoded() }
}

extension ConvertibleToGeneratedContent where Self: Decodable {
    /// Its encoding if it is `Encodable`, otherwise its stored properties by their names.
    public var generatedContent: GeneratedContent { GeneratedContent(jsonValue: Reflection.json(of: self)) }
}

/// JSON of values that have no conversion of their own.
private enum Reflection {
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
