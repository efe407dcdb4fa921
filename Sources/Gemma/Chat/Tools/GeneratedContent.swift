import Foundation
public import JSON

/// JSON that a model wrote.
public struct GeneratedContent: Sendable, Hashable {
    /// What it says.
    public let jsonValue: JSONValue

    /// Content of a value that was read already.
    public init(jsonValue: JSONValue) { self.jsonValue = jsonValue }

    /// Content of JSON text.
    /// - Throws: `JSONError` if the text is not JSON.
    public init(json: String) throws { jsonValue = try JSONValue(json: json) }

    /// Its text, with members in the order in which they were written.
    public var jsonString: String { jsonValue.json }

    /// The whole as a value.
    /// - Throws: `DecodingError`.
    public func value<Value: Decodable>(_ type: Value.Type = Value.self) throws -> Value {
        try JSONDecoder().decode(type, from: Data(jsonString.utf8))
    }

    /// A member of an object as a value.
    /// - Throws: `DecodingError`; a member that is absent is read as `null`.
    public func value<Value: Decodable>(_ type: Value.Type = Value.self, forProperty name: String) throws -> Value {
        guard case .object(let members) = jsonValue else {
            throw DecodingError.typeMismatch(type, .init(codingPath: [], debugDescription: "not a JSON object"))
        }
        return try GeneratedContent(jsonValue: members[name] ?? .null).value(type)
    }
}

/// What can be made of JSON that a model wrote. A `Decodable` type only has to say so.
public protocol ConvertibleFromGeneratedContent: Sendable {
    /// - Throws: what is told to the model if the content does not fit.
    init(_ content: GeneratedContent) throws
}

extension ConvertibleFromGeneratedContent where Self: Decodable {
    public init(_ content: GeneratedContent) throws { self = try content.value() }
}

extension GeneratedContent: ConvertibleFromGeneratedContent {
    public init(_ content: GeneratedContent) { self = content }
}
