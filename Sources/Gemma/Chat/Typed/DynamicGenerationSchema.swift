internal import JSON

/// A schema that is put together while a program runs.
///
///     let dish = DynamicGenerationSchema(name: "Dish", anyOf: menu.map(\.name))
///     let order = DynamicGenerationSchema(name: "Order", properties: [
///         .init(name: "dishes", schema: .init(arrayOf: .init(referenceTo: "Dish"), minimumElements: 1)),
///         .init(name: "note", schema: .init(type: String.self), isOptional: true),
///     ])
///     let schema = try GenerationSchema(root: order, dependencies: [dish])
///     let content = try await session.respond(to: "…", schema: schema).content
///
/// Schemas refer to one another by name, and to the root too.
public struct DynamicGenerationSchema: Sendable {
    let content: Content

    indirect enum Content: Sendable {
        case type(any Generable.Type, [JSONObject])
        case array(DynamicGenerationSchema, minimum: Int?, maximum: Int?)
        case object([Property], Name)
        case choices([String], Name)
        case schemas([DynamicGenerationSchema], Name)
        case reference(String)
    }

    struct Name: Sendable {
        let name: String
        let description: String?
    }

    /// A value of a type.
    public init<Value: Generable>(type: Value.Type, guides: [GenerationGuide<Value>] = []) {
        content = .type(type, guides.map(\.keywords))
    }

    /// An array.
    public init(arrayOf element: DynamicGenerationSchema, minimumElements: Int? = nil, maximumElements: Int? = nil) {
        content = .array(element, minimum: minimumElements, maximum: maximumElements)
    }

    /// An object with these properties, which the model writes in this order.
    public init(name: String, description: String? = nil, properties: [Property]) {
        content = .object(properties, Name(name: name, description: description))
    }

    /// One of these strings.
    public init(name: String, description: String? = nil, anyOf choices: [String]) {
        content = .choices(choices, Name(name: name, description: description))
    }

    /// What one of these schemas describes.
    public init(name: String, description: String? = nil, anyOf schemas: [DynamicGenerationSchema]) {
        content = .schemas(schemas, Name(name: name, description: description))
    }

    /// What the schema of this name describes.
    public init(referenceTo name: String) { content = .reference(name) }

    /// A member of an object.
    public struct Property: Sendable {
        let name: String
        let description: String?
        let schema: DynamicGenerationSchema
        let isOptional: Bool

        /// - Parameters:
        ///   - name: its key in the JSON.
        ///   - description: what it is, in words that the model reads.
        ///   - schema: what its value is.
        ///   - isOptional: whether the model may leave it out.
        public init(
            name: String, description: String? = nil, schema: DynamicGenerationSchema, isOptional: Bool = false
        ) {
            self.name = name
            self.description = description
            self.schema = schema
            self.isOptional = isOptional
        }
    }
}
