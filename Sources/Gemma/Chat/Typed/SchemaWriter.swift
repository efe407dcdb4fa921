internal import JSON

extension GenerationSchema {
    /// The JSON schema itself. Types that it consists of are in `$defs`.
    public var json: JSONValue { SchemaWriter.json(of: self, isTold: true) }

    /// What an answer is held to: also what goes without saying, as the bounds of `Int`.
    package var constraint: JSONValue { SchemaWriter.json(of: self, isTold: false) }
}

extension GenerationSchema: Hashable {
    public static func == (left: Self, right: Self) -> Bool { left.json == right.json }

    public func hash(into hasher: inout Hasher) { hasher.combine(json) }
}

extension GenerationSchema: CustomStringConvertible {
    public var description: String { json.json }
}

/// Writes the JSON schema of a type and of the types that it consists of.
///
/// Types with names are in `$defs` and are referred to, so that types may contain themselves.
struct SchemaWriter {
    /// Whether the schema is for the model to read, and not to hold it to.
    private let isTold: Bool
    /// The type that the schema describes as a whole.
    private let root: ObjectIdentifier?
    private var names: [ObjectIdentifier: String] = [:]
    /// What is referred to, by name.
    var definitions = JSONObject()

    static func json(of schema: GenerationSchema, isTold: Bool) -> JSONValue {
        if case .json(let told, let kept) = schema.content { return isTold ? told : kept }
        var writer = SchemaWriter(isTold: isTold, root: schema.typeName?.type)
        var json = writer.json(of: schema)
        if !writer.definitions.isEmpty { json["$defs"] = .object(writer.definitions) }
        return .object(json)
    }

    init(isTold: Bool, root: (any Generable.Type)? = nil) {
        self.isTold = isTold
        self.root = root.map { ObjectIdentifier($0) }
    }

    private mutating func json(of schema: GenerationSchema, isNamed: Bool = true) -> JSONObject {
        var json = JSONObject()
        if isNamed, let name = schema.typeName {
            json["title"] = .string("\(name.type)")
            json["description"] = name.description.map(JSONValue.string)
        }
        switch schema.content {
        case .json(let told, let kept):
            let value = isTold ? told : kept
            json = value.objectValue ?? ["allOf": [value]]
        case .array(let element):
            json["type"] = "array"
            json["items"] = .object(reference(to: element))
        case .object(let properties, _):
            let members = properties.map { ($0.name, JSONValue.object(self.json(of: $0))) }
            json.addProperties(members, required: properties.filter { !$0.isOptional }.map(\.name))
        case .choices(let choices, _):
            json["type"] = "string"
            json["enum"] = .array(choices.map(JSONValue.string))
        case .types(let types, _): json["anyOf"] = .array(types.map { .object(reference(to: $0)) })
        case .schemas(let schemas, _):
            json["anyOf"] = .array(schemas.map { .object(self.json(of: $0, isNamed: false)) })
        }
        return json
    }

    private mutating func json(of property: GenerationSchema.Property) -> JSONObject {
        var json = JSONObject()
        json["description"] = property.description.map(JSONValue.string)
        // What is said of the property wins over what its type says of itself.
        for (keyword, value) in reference(to: property.type) where json[keyword] == nil { json[keyword] = value }
        for keywords in property.keywords { json.add(keywords) }
        return json
    }

    /// The schema of a type, or a reference to it if it has a name.
    mutating func reference(to type: any Generable.Type) -> JSONObject {
        let identity = ObjectIdentifier(type)
        if identity == root { return ["$ref": "#"] }
        if let name = names[identity] { return ["$ref": .string("#/$defs/\(name)")] }
        let schema = type.generationSchema
        switch schema.content {
        case .array: return json(of: schema)
        case .json(let told, _) where !told.hasReferences: return json(of: schema)
        case .json, .object, .choices, .types, .schemas: break
        }
        let name = define("\(type)")
        names[identity] = name
        let place = "#/$defs/\(name)"
        if case .json(let told, let kept) = schema.content {
            definitions[name] = (isTold ? told : kept).movingReferences(to: place)
        } else {
            definitions[name] = .object(json(of: schema))
        }
        return ["$ref": .string(place)]
    }

    /// A name that no other definition has, of characters that mean nothing in references. The definition stands before
    /// those of the types that it consists of.
    mutating func define(_ wanted: String) -> String {
        let name = String(wanted.map { $0.isASCII && ($0.isLetter || $0.isNumber) ? $0 : "_" })
        let names = [name] + (2...definitions.count + 2).map { "\(name)_\($0)" }
        let free = names.first { definitions[$0] == nil } ?? name  // one of them is
        definitions[free] = .null
        return free
    }
}

extension GenerationSchema {
    fileprivate var typeName: TypeName? {
        switch content {
        case .json, .array: nil
        case .object(_, let name), .choices(_, let name), .types(_, let name), .schemas(_, let name): name
        }
    }
}

extension JSONObject {
    /// Makes it the schema of an object with these members and no others.
    mutating func addProperties(_ members: [(String, JSONValue)], required: [String]) {
        self["type"] = "object"
        self["properties"] = .object(JSONObject(members))
        self["required"] = .array(required.map(JSONValue.string))
        self["additionalProperties"] = false
    }

    /// Adds keywords; what they say of elements, to what is said of those.
    mutating func add(_ keywords: JSONObject) {
        for (keyword, value) in keywords {
            if keyword == "items", var items = self[keyword]?.objectValue, let more = value.objectValue {
                items.add(more)
                self[keyword] = .object(items)
            } else {
                self[keyword] = value
            }
        }
    }
}
