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
        let decoder = JSONDecoder()
        decoder.userInfo[.propertyName] = name
        let member = JSONValue.object([name: members[name] ?? .null])
        return try decoder.decode(Member<Value>.self, from: Data(member.json.utf8)).value
    }

    /// A member by the name that the decoder was told, so that errors name it.
    private struct Member<Value: Decodable>: Decodable {
        let value: Value

        init(from decoder: any Decoder) throws {
            let name = decoder.userInfo[.propertyName] as? String ?? ""
            value = try decoder.container(keyedBy: PropertyKey.self).decode(Value.self, forKey: PropertyKey(name))
        }
    }

    private struct PropertyKey: CodingKey {
        let stringValue: String
        var intValue: Int? { nil }

        init(_ name: String) { stringValue = name }
        init?(stringValue: String) { self.init(stringValue) }
        init?(intValue: Int) { nil }
    }
}

extension CodingUserInfoKey {
    fileprivate static let propertyName = CodingUserInfoKey(rawValue: "propertyName")!  // fails for no text
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
