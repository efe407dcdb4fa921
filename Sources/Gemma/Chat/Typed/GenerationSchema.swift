public import JSON

/// What a model is to write, as a JSON schema.
public struct GenerationSchema: Sendable {
    /// What it says, before references to other types are followed: types may refer to themselves.
    let content: Content

    enum Content: Sendable {
        /// A schema as the model is told, and as it is held to it.
        case json(told: JSONValue, kept: JSONValue)
        case array(of: any Generable.Type)
        case object([Property], name: TypeName)
        case choices([String], name: TypeName)
        case types([any Generable.Type], name: TypeName)
        case schemas([GenerationSchema], name: TypeName)
    }

    /// What a type is called.
    struct TypeName: Sendable {
        let type: any Generable.Type
        let description: String?
    }

    init(_ content: Content) { self.content = content }

    /// A schema that says less to the model than it is held to, because the rest goes without saying.
    init(told: JSONValue, kept: JSONValue) { self.init(.json(told: told, kept: kept)) }

    init(arrayOf type: any Generable.Type) { self.init(.array(of: type)) }

    /// A schema that was written already.
    ///
    /// Documentation/Constraints.md lists the keywords that can be obeyed. Others are an error when an answer is asked
    /// for.
    /// - Parameter json: a JSON schema. That of a tool's arguments has the type `object`.
    public init(json: JSONValue) { self.init(told: json, kept: json) }

    /// An object with these properties, which the model writes in this order.
    /// - Parameters:
    ///   - type: the type that is made of it.
    ///   - description: what it is, in words that the model reads.
    ///   - properties: its members, in the order in which the model writes them.
    public init(type: any Generable.Type, description: String? = nil, properties: [Property]) {
        self.init(.object(properties, name: TypeName(type: type, description: description)))
    }

    /// One of these strings.
    public init(type: any Generable.Type, description: String? = nil, anyOf choices: [String]) {
        self.init(.choices(choices, name: TypeName(type: type, description: description)))
    }

    /// A value of one of these types.
    public init(type: any Generable.Type, description: String? = nil, anyOf types: [any Generable.Type]) {
        self.init(.types(types, name: TypeName(type: type, description: description)))
    }

    /// What one of these schemas describes.
    public init(type: any Generable.Type, description: String? = nil, anyOf schemas: [GenerationSchema]) {
        self.init(.schemas(schemas, name: TypeName(type: type, description: description)))
    }

}

// MARK: - Properties

extension GenerationSchema {
    /// A member of an object.
    public struct Property: Sendable {
        let name: String
        let description: String?
        let type: any Generable.Type
        let isOptional: Bool
        /// Keywords of JSON schemas that are added to those of the type.
        let keywords: [JSONObject]

        /// A property that the model always writes.
        /// - Parameters:
        ///   - name: its name in JSON.
        ///   - description: what it is, in words that the model reads.
        ///   - type: the type of its value.
        ///   - guides: what its value must be. Of several that speak of the same, the last one counts.
        public init<Value: Generable>(
            name: String, description: String? = nil, type: Value.Type, guides: [GenerationGuide<Value>] = []
        ) {
            self.init(name, description, type, isOptional: false, guides.map(\.keywords))
        }

        /// A property that the model may leave out.
        public init<Value: Generable>(
            name: String, description: String? = nil, type: Value?.Type, guides: [GenerationGuide<Value>] = []
        ) {
            self.init(name, description, Value.self, isOptional: true, guides.map(\.keywords))
        }

        /// A text that matches the last one of these expressions.
        public init<RegexOutput>(
            name: String, description: String? = nil, type: String.Type, guides: [Regex<RegexOutput>]
        ) {
            self.init(name: name, description: description, type: type, guides: guides.map { .pattern($0) })
        }

        /// The same, which the model may leave out.
        public init<RegexOutput>(
            name: String, description: String? = nil, type: String?.Type, guides: [Regex<RegexOutput>]
        ) {
            self.init(name: name, description: description, type: type, guides: guides.map { .pattern($0) })
        }

        private init(
            _ name: String, _ description: String?, _ type: any Generable.Type, isOptional: Bool,
            _ keywords: [JSONObject]
        ) {
            self.name = name
            self.description = description
            self.type = type
            self.isOptional = isOptional
            self.keywords = keywords
        }
    }
}
