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
    fileprivate let content: Content

    fileprivate indirect enum Content: Sendable {
        case type(any Generable.Type, [JSONObject])
        case array(DynamicGenerationSchema, minimum: Int?, maximum: Int?)
        case object([Property], Name)
        case choices([String], Name)
        case schemas([DynamicGenerationSchema], Name)
        case reference(String)
    }

    fileprivate struct Name: Sendable {
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
        fileprivate let name: String
        fileprivate let description: String?
        fileprivate let schema: DynamicGenerationSchema
        fileprivate let isOptional: Bool

        /// - Parameter isOptional: whether the model may leave it out.
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

extension GenerationSchema {
    /// A schema of schemas that refer to one another.
    /// - Parameters:
    ///   - root: what the model is to write.
    ///   - dependencies: what it refers to by name.
    /// - Throws: `SchemaError`.
    public init(root: DynamicGenerationSchema, dependencies: [DynamicGenerationSchema]) throws(SchemaError) {
        var names = Set(root.name.map { [$0] } ?? [])
        for dependency in dependencies {
            guard let name = dependency.name else { throw .namelessDependency }
            guard names.insert(name).inserted else { throw .duplicateName(name) }
        }
        for schema in [root] + dependencies { try schema.checkReferences(to: names) }
        self.init(.dynamic(root, dependencies))
    }

    /// Why schemas cannot be put together.
    public enum SchemaError: Error, Hashable, Sendable {
        /// Two schemas have the same name.
        case duplicateName(String)
        /// No schema has this name.
        case undefinedReference(String)
        /// A schema that others are to refer to has no name.
        case namelessDependency
    }
}

extension GenerationSchema.SchemaError: CustomStringConvertible {
    public var description: String {
        switch self {
        case .duplicateName(let name): "two schemas are named \(name.debugDescription)"
        case .undefinedReference(let name): "no schema is named \(name.debugDescription)"
        case .namelessDependency: "a schema that others are to refer to needs a name"
        }
    }
}

// MARK: - Names

extension DynamicGenerationSchema {
    /// What it is referred to by.
    var name: String? {
        switch content {
        case .object(_, let name), .choices(_, let name), .schemas(_, let name): name.name
        case .type, .array, .reference: nil
        }
    }

    /// - Parameter names: of the schemas that can be referred to.
    fileprivate func checkReferences(to names: Set<String>) throws(GenerationSchema.SchemaError) {
        switch content {
        case .reference(let name): if !names.contains(name) { throw .undefinedReference(name) }
        case .array(let element, _, _): try element.checkReferences(to: names)
        case .object(let properties, _):
            for property in properties { try property.schema.checkReferences(to: names) }
        case .schemas(let schemas, _): for schema in schemas { try schema.checkReferences(to: names) }
        case .type, .choices: break
        }
    }
}

// MARK: - JSON

extension SchemaWriter {
    mutating func json(of schema: DynamicGenerationSchema) -> JSONObject {
        var json = JSONObject()
        func begin(_ name: DynamicGenerationSchema.Name) {
            json["title"] = .string(name.name)
            json["description"] = name.description.map(JSONValue.string)
        }
        switch schema.content {
        case .type(let type, let keywords):
            json = reference(to: type)
            for keywords in keywords { json.add(keywords) }
        case .reference(let name): json["$ref"] = .string(place(of: name))
        case .array(let element, let minimum, let maximum):
            json["type"] = "array"
            json["items"] = .object(self.json(of: element))
            json["minItems"] = minimum.map { .number(JSONNumber($0)) }
            json["maxItems"] = maximum.map { .number(JSONNumber($0)) }
        case .object(let properties, let name):
            begin(name)
            let members = properties.map { property -> (String, JSONValue) in
                var member = JSONObject()
                member["description"] = property.description.map(JSONValue.string)
                for (keyword, value) in self.json(of: property.schema) where member[keyword] == nil {
                    member[keyword] = value
                }
                return (property.name, .object(member))
            }
            json.addProperties(members, required: properties.filter { !$0.isOptional }.map(\.name))
        case .choices(let choices, let name):
            begin(name)
            json["type"] = "string"
            json["enum"] = .array(choices.map(JSONValue.string))
        case .schemas(let schemas, let name):
            begin(name)
            json["anyOf"] = .array(schemas.map { .object(self.json(of: $0)) })
        }
        return json
    }
}
