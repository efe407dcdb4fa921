internal import JSON

extension GeneratedContent {
    /// Content of a value.
    public init(_ value: some ConvertibleToGeneratedContent) { self = value.generatedContent }

    /// Content of a value, with an identity.
    public init(_ value: some ConvertibleToGeneratedContent, id: GenerationID) {
        self = value.generatedContent
        self.id = id
    }

    /// An object of these members, in this order. Members that are nil are left out.
    public init(
        properties: KeyValuePairs<String, any ConvertibleToGeneratedContent>, id: GenerationID? = nil
    ) {
        var members = JSONObject()
        for (name, value) in properties {
            let value = value.generatedContent.jsonValue
            if !value.isNull { members[name] = value }
        }
        self.init(jsonValue: .object(members), id: id, openLevels: 0)
    }

    /// An array of these elements.
    public init(elements: some Sequence<any ConvertibleToGeneratedContent>, id: GenerationID? = nil) {
        self.init(jsonValue: .array(elements.map(\.generatedContent.jsonValue)), id: id, openLevels: 0)
    }

    /// Content of a kind.
    public init(kind: Kind, id: GenerationID? = nil) {
        self.init(jsonValue: kind.jsonValue, id: id, openLevels: 0)
    }

    /// What JSON is made of.
    public enum Kind: Sendable, Hashable {
        case null
        case bool(Bool)
        case number(Double)
        case string(String)
        case array([GeneratedContent])
        case structure(properties: [String: GeneratedContent], orderedKeys: [String])

        fileprivate var jsonValue: JSONValue {
            switch self {
            case .null: .null
            case .bool(let value): .bool(value)
            case .number(let value): JSONNumber(value).map(JSONValue.number) ?? .null
            case .string(let value): .string(value)
            case .array(let elements): .array(elements.map(\.jsonValue))
            case .structure(let properties, let keys):
                .object(JSONObject(keys.compactMap { key in properties[key].map { (key, $0.jsonValue) } }))
            }
        }
    }

    /// What kind of JSON it is, with its parts.
    public var kind: Kind {
        switch jsonValue {
        case .null: .null
        case .bool(let value): .bool(value)
        case .number(let value): .number(value.doubleValue)
        case .string(let value): .string(value)
        case .array: .array(elements ?? [])
        case .object(let members):
            .structure(
                properties: Dictionary(
                    zip(members.keys, members.indices.map { part(members.values[$0], at: $0, of: members.count) }),
                    uniquingKeysWith: { $1 }),
                orderedKeys: members.keys)
        }
    }
}
