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
