import Foundation
public import JSON

/// JSON that a model wrote, or as much of it as is known.
public struct GeneratedContent: Sendable {
    /// What it says. In content that is not complete, text that was begun ends where it ends, and a number, key or word
    /// that was begun is left out.
    public let jsonValue: JSONValue
    /// Identifies this part of an answer, in all snapshots of it; nil if it is not part of one.
    public var id: GenerationID?
    /// How many values are not complete: this one, its last member or element, the last one of that, and so on.
    let openLevels: Int

    /// Whether nothing more of it will come.
    public var isComplete: Bool { openLevels == 0 }

    init(jsonValue: JSONValue, id: GenerationID?, openLevels: Int) {
        self.jsonValue = jsonValue
        self.id = id
        self.openLevels = openLevels
    }

    /// Content of a value that was read already.
    public init(jsonValue: JSONValue) { self.init(jsonValue: jsonValue, id: nil, openLevels: 0) }

    /// Content of JSON text.
    /// - Throws: `JSONError` if the text is not JSON.
    public init(json: String) throws { self.init(jsonValue: try JSONValue(json: json)) }

    /// Its text, with members in the order in which they were written.
    public var jsonString: String { jsonValue.json }
}

// MARK: - Conversion

/// What can be made of JSON that a model wrote. A `Decodable` type only has to say so.
public protocol ConvertibleFromGeneratedContent: Sendable {
    /// - Throws: what is told to the model if the content does not fit.
    init(_ content: GeneratedContent) throws
}

/// What can be told to a model as JSON. A `Decodable` type only has to say so.
public protocol ConvertibleToGeneratedContent: PromptRepresentable {
    /// It as JSON.
    var generatedContent: GeneratedContent { get }
}

extension ConvertibleToGeneratedContent {
    /// Its JSON text.
    public var promptRepresentation: Prompt { Prompt(text: generatedContent.jsonString) }
}

// MARK: - Equality

extension GeneratedContent: Hashable {
    /// Compares what they say, and not which answers they are part of.
    public static func == (left: Self, right: Self) -> Bool {
        left.jsonValue == right.jsonValue && left.isComplete == right.isComplete
    }

    public func hash(into hasher: inout Hasher) { hasher.combine(jsonValue) }
}

// MARK: - Values

extension GeneratedContent {
    /// The whole as a value.
    /// - Throws: `DecodingError`, or what the type throws.
    public func value<Value: ConvertibleFromGeneratedContent>(_ type: Value.Type = Value.self) throws -> Value {
        try Value(self)
    }

    /// The whole as a value.
    /// - Throws: `DecodingError`.
    public func value<Value: Decodable>(_ type: Value.Type = Value.self) throws -> Value { try decoded() }

    /// The whole as a value.
    /// - Throws: `DecodingError`, or what the type throws.
    public func value<Value: ConvertibleFromGeneratedContent & Decodable>(
        _ type: Value.Type = Value.self
    ) throws -> Value { try Value(self) }

    /// A member of an object as a value.
    /// - Throws: `DecodingError`, or what the type throws; a member that is absent is read as `null`.
    public func value<Value: ConvertibleFromGeneratedContent>(
        _ type: Value.Type = Value.self, forProperty name: String
    ) throws -> Value { try member(name, as: type) { try Value($0) } }

    /// A member of an object as a value.
    /// - Throws: `DecodingError`; a member that is absent is read as `null`.
    public func value<Value: Decodable>(_ type: Value.Type = Value.self, forProperty name: String) throws -> Value {
        try member(name, as: type) { try $0.decoded() }
    }

    /// A member of an object as a value.
    /// - Throws: `DecodingError`, or what the type throws; a member that is absent is read as `null`.
    public func value<Value: ConvertibleFromGeneratedContent & Decodable>(
        _ type: Value.Type = Value.self, forProperty name: String
    ) throws -> Value { try member(name, as: type) { try Value($0) } }

    func decoded<Value: Decodable>() throws -> Value {
        try JSONDecoder().decode(Value.self, from: Data(jsonString.utf8))
    }

    /// The error for content that is not one of a type's values.
    public func mismatch(_ type: any Any.Type) -> DecodingError {
        let context = DecodingError.Context(codingPath: [], debugDescription: "\(jsonValue) is not a value of \(type)")
        return jsonValue.isNull ? .valueNotFound(type, context) : .typeMismatch(type, context)
    }

    private func member<Value>(
        _ name: String, as type: Value.Type, _ convert: (GeneratedContent) throws -> Value
    ) throws -> Value {
        guard let members = jsonValue.objectValue else {
            throw DecodingError.typeMismatch(type, .init(codingPath: [], debugDescription: "not a JSON object"))
        }
        do {
            return try convert(part(members[name] ?? .null, at: members.keys.firstIndex(of: name), of: members.count))
        } catch let error as DecodingError {
            throw error.within(PropertyKey(name))
        }
    }

    /// The elements of an array; nil for anything else.
    var elements: [GeneratedContent]? {
        guard let values = jsonValue.arrayValue else { return nil }
        return values.enumerated().map { part($1, at: $0, of: values.count) }
    }

    /// A member or an element; `index` is nil for a member that is absent.
    func part(_ value: JSONValue, at index: Int?, of count: Int) -> GeneratedContent {
        guard let index else { return GeneratedContent(jsonValue: value) }
        return GeneratedContent(
            jsonValue: value, id: id?.part(index), openLevels: index == count - 1 ? max(0, openLevels - 1) : 0)
    }
}

/// The name of a property, in the path of an error.
struct PropertyKey: CodingKey {
    let stringValue: String
    let intValue: Int?

    init(_ name: String) { (stringValue, intValue) = (name, nil) }
    init?(stringValue: String) { self.init(stringValue) }
    init(intValue: Int) { (stringValue, self.intValue) = (String(intValue), intValue) }
}
