internal import JSON

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
        self.init(
            told: DynamicSchemaWriter.json(root, dependencies, isTold: true),
            kept: DynamicSchemaWriter.json(root, dependencies, isTold: false))
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

/// Writes schemas that refer to one another.
private struct DynamicSchemaWriter {
    private var types: SchemaWriter
    /// Where schemas are that are referred to by name.
    private var places: [String: String] = [:]

    static func json(
        _ root: DynamicGenerationSchema, _ dependencies: [DynamicGenerationSchema], isTold: Bool
    ) -> JSONValue {
        var writer = DynamicSchemaWriter(types: SchemaWriter(isTold: isTold))
        let names = dependencies.map { writer.types.define($0.name ?? "") }
        for (dependency, name) in zip(dependencies, names) {
            if let wanted = dependency.name { writer.places[wanted] = "#/$defs/" + name }
        }
        if let name = root.name { writer.places[name] = "#" }
        var json = writer.json(of: root)
        for (dependency, name) in zip(dependencies, names) {
            writer.types.definitions[name] = .object(writer.json(of: dependency))
        }
        if !writer.types.definitions.isEmpty { json["$defs"] = .object(writer.types.definitions) }
        return .object(json)
    }

    private init(types: SchemaWriter) { self.types = types }

    private mutating func json(of schema: DynamicGenerationSchema) -> JSONObject {
        var json = JSONObject()
        func begin(_ name: DynamicGenerationSchema.Name) {
            json["title"] = .string(name.name)
            json["description"] = name.description.map(JSONValue.string)
        }
        switch schema.content {
        case .type(let type, let keywords):
            json = types.reference(to: type)
            for keywords in keywords { json.add(keywords) }
        case .reference(let name): json["$ref"] = places[name].map(JSONValue.string)
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
