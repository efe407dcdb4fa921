/// What a model can be asked for.
///
/// The macro `@Generable` of the product GemmaMacros does everything that is needed. By hand, a `Decodable` type gives
/// its schema:
///
///     struct City: Decodable, Generable {
///         let name: String
///         let population: Int
///
///         static var generationSchema: GenerationSchema {
///             GenerationSchema(type: Self.self, properties: [
///                 .init(name: "name", type: String.self),
///                 .init(name: "population", description: "In thousands", type: Int.self, guides: [.minimum(1)]),
///             ])
///         }
///     }
///
///     let city = try await session.respond(to: "Which city is the largest?", generating: City.self).content
public protocol Generable: ConvertibleFromGeneratedContent, ConvertibleToGeneratedContent {
    /// A value of which not everything is known. What fails to be made of the beginning of an answer is not shown.
    associatedtype PartiallyGenerated: ConvertibleFromGeneratedContent = Self

    /// What the model is to write.
    static var generationSchema: GenerationSchema { get }
}

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

// MARK: - Decodable types

extension ConvertibleFromGeneratedContent where Self: Decodable {
    public init(_ content: GeneratedContent) throws { self = try content.decoded() }
}

extension ConvertibleToGeneratedContent where Self: Decodable {
    /// Its encoding if it is `Encodable`, otherwise its stored properties by their names.
    public var generatedContent: GeneratedContent { GeneratedContent(jsonValue: Reflection.json(of: self)) }
}

// MARK: - Any JSON

extension GeneratedContent: Generable {
    /// Anything.
    public static var generationSchema: GenerationSchema { GenerationSchema(json: [:]) }

    public init(_ content: GeneratedContent) { self = content }

    public var generatedContent: GeneratedContent { self }
}
