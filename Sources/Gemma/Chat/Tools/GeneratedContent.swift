import Foundation
public import JSON

/// JSON that a model wrote.
public struct GeneratedContent: Sendable, Hashable {
    public let json: JSONValue

    public init(json: JSONValue) { self.json = json }

    /// - Throws: `JSONError`.
    public init(jsonString: String) throws { json = try JSONValue(json: jsonString) }

    /// Its text, with members in the order in which they were written.
    public var jsonString: String { json.json }

    /// The whole as a value.
    /// - Throws: `DecodingError`.
    public func value<Value: Decodable>(_ type: Value.Type = Value.self) throws -> Value {
        try JSONDecoder().decode(type, from: Data(jsonString.utf8))
    }

    /// A member of an object as a value.
    /// - Throws: `DecodingError`; a member that is absent is read as `null`.
    public func value<Value: Decodable>(_ type: Value.Type = Value.self, forProperty name: String) throws -> Value {
        guard case .object(let members) = json else {
            throw DecodingError.typeMismatch(type, .init(codingPath: [], debugDescription: "not a JSON object"))
        }
        return try GeneratedContent(json: members[name] ?? .null).value(type)
    }
}

/// What can be made of JSON that a model wrote. A `Decodable` type only has to say so.
public protocol ConvertibleFromGeneratedContent: Sendable {
    init(_ content: GeneratedContent) throws
}

extension ConvertibleFromGeneratedContent where Self: Decodable {
    public init(_ content: GeneratedContent) throws { self = try content.value() }
}

extension GeneratedContent: ConvertibleFromGeneratedContent {
    public init(_ content: GeneratedContent) { self = content }
}
