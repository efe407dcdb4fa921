import JSON

/// Reads the keywords of a schema. Each must have a value that JSON Schema allows; those that restrict in ways that
/// no grammar can express are errors, and those that are not known are annotations.
struct KeywordReader {
    private var document: SchemaDocument
    private let place: Int
    private let path: String
    private let members: JSONObject

    /// Nothing that is longer is ever written.
    private static let largestCount = 1 << 31

    /// How deeply values of `enum` and `const` may be nested.
    private static let deepestLiteral = 100

    /// Keywords that restrict in a way that a grammar cannot express.
    private static let inexpressible: Set<String> = [
        "not", "if", "then", "else", "contains", "minContains", "maxContains", "dependencies", "dependentRequired",
        "dependentSchemas", "propertyNames", "unevaluatedItems", "unevaluatedProperties", "$dynamicRef",
        "$recursiveRef", "extends", "disallow",
    ]

    static func read(_ place: Int, in document: inout SchemaDocument) throws(ConstraintError) -> SchemaKeywords {
        let path = document.places[place].path
        switch document.places[place].value {
        case .bool(true): return SchemaKeywords(path: path)
        case .bool(false):
            var never = SchemaKeywords(path: path, isNever: true)
            never.requirements.types = []
            return never
        case .object(let members):
            // The reader has the only copy meanwhile, which makes changes cheap.
            var reader = KeywordReader(document: document, place: place, path: path, members: members)
            document = SchemaDocument()
            defer { document = reader.document }
            return try reader.read()
        default:
            throw .schema(
                keyword: path.split(separator: "/").last.map(String.init) ?? "#", path: path,
                reason: "a schema is an object, true or false")
        }
    }

    private init(document: SchemaDocument, place: Int, path: String, members: JSONObject) {
        (self.document, self.place, self.path, self.members) = (document, place, path, members)
    }

    private mutating func read() throws(ConstraintError) -> SchemaKeywords {
        for (key, value) in members where Self.inexpressible.contains(key) && !Self.isHarmless(key, value) {
            throw error(key, "a grammar cannot express it")
        }
        if let value = members["nullable"] {
            guard let isNullable = value.boolValue else { throw error("nullable", "must be true or false") }
            if isNullable { return try readNullable() }
        }
        var keywords = SchemaKeywords(path: path)
        try readTypes(into: &keywords.requirements)
        try readStrings(into: &keywords.requirements.strings)
        try readNumbers(into: &keywords.requirements.numbers)
        try readArrays(into: &keywords.requirements.arrays)
        try readObjects(into: &keywords.requirements.objects)
        try readApplicators(into: &keywords)
        keywords.size += members.count + (keywords.requirements.literals?.count ?? 0)
        keywords.size += keywords.requirements.objects.parts.first?.keys.count ?? 0
        return keywords
    }

    private static func isHarmless(_ key: String, _ value: JSONValue) -> Bool {
        key.utf8.starts(with: "unevaluated".utf8) && value.boolValue == true
    }

    /// OpenAPI's `nullable`: null, or what the other keywords say.
    private mutating func readNullable() throws(ConstraintError) -> SchemaKeywords {
        var others = members
        others["nullable"] = nil
        let null = try document.child(of: place, "nullable", value: ["type": "null"])
        let other = try document.variant(of: place, value: .object(others))
        return SchemaKeywords(path: path, choices: [[other, null]])
    }

    // MARK: - Types and values

    private func readTypes(into requirements: inout Requirements) throws(ConstraintError) {
        if let value = members["type"] {
            let names = value.arrayValue ?? [value]
            guard !names.isEmpty else { throw error("type", "names no type") }
            requirements.types = []
            for name in names {
                guard let name = name.stringValue else { throw error("type", "must be a name or a list of names") }
                guard let type = JSONTypes(name: name) else {
                    throw error("type", "\(name.debugDescription) is not one of JSON Schema's types")
                }
                requirements.types.formUnion(type)
            }
        }
        for value in [members["enum"], members["const"]] {
            // The list of `enum` is a level, too.
            guard value?.isNested(atMost: Self.deepestLiteral + 1) ?? true else {
                throw .tooLarge(what: "levels of nesting in `enum` or `const`", limit: Self.deepestLiteral)
            }
        }
        if let value = members["enum"] {
            guard let values = value.arrayValue else { throw error("enum", "must be a list of values") }
            guard !values.isEmpty else { throw error("enum", "has no value") }
            requirements.literals = values
        }
        if let value = members["const"] {
            let values = requirements.literals ?? [value]
            requirements.literals = values.filter { $0.isSame(as: value) }
            if requirements.literals?.isEmpty == true { throw error("const", "is not a value of `enum`") }
        }
        if let literals = requirements.literals, !literals.contains(where: requirements.types.admit) {
            throw error(members["const"] == nil ? "enum" : "const", "has no value of the type that `type` names")
        }
    }

    // MARK: - Strings and numbers

    private func readStrings(into strings: inout StringRequirements) throws(ConstraintError) {
        strings.length = try readCount("minLength", "maxLength")
        if let value = members["pattern"] {
            let pattern = try self.pattern("pattern", try text("pattern", value))
            strings.forms.append(.init(keyword: "pattern", path: path, pattern: pattern))
        }
        if let value = members["format"], let format = StringFormat(rawValue: try text("format", value)) {
            let pattern: Pattern
            if let known = StringFormat.patterns[format] {
                pattern = known
            } else {
                pattern = try self.pattern("format", format.source)
            }
            strings.forms.append(.init(keyword: "format", path: path, pattern: pattern))
        }
        if let value = members["contentSchema"], value.objectValue == nil, value.boolValue == nil {
            throw error("contentSchema", "a schema is an object, true or false")
        }
    }

    private func readNumbers(into numbers: inout NumberRequirements) throws(ConstraintError) {
        // Until draft 4, `exclusiveMinimum` said whether `minimum` is exclusive.
        if let value = members["minimum"] {
            let isExclusive = members["exclusiveMinimum"]?.boolValue ?? false
            try numbers.range.exclude(below: try number("minimum", value), isExclusive: isExclusive)
        }
        if let value = members["exclusiveMinimum"], value.boolValue == nil {
            try numbers.range.exclude(below: try number("exclusiveMinimum", value), isExclusive: true)
        }
        if let value = members["maximum"] {
            let isExclusive = members["exclusiveMaximum"]?.boolValue ?? false
            try numbers.range.exclude(above: try number("maximum", value), isExclusive: isExclusive)
        }
        if let value = members["exclusiveMaximum"], value.boolValue == nil {
            try numbers.range.exclude(above: try number("exclusiveMaximum", value), isExclusive: true)
        }
        if numbers.range.isEmpty {
            let keyword = members["minimum"] == nil ? "exclusiveMinimum" : "minimum"
            throw error(keyword, "excludes every number that the upper bound admits")
        }
        if let value = members["multipleOf"] {
            let divisor = try number("multipleOf", value)
            guard try ExactDecimal.zero < ExactDecimal(divisor) else {
                throw error("multipleOf", "must be larger than 0")
            }
            numbers.divisors = [.init(value: divisor, path: path)]
        }
    }

    // MARK: - Arrays and objects

    private mutating func readArrays(into arrays: inout ArrayRequirements) throws(ConstraintError) {
        arrays.count = try readCount("minItems", "maxItems")
        if let value = members["uniqueItems"] {
            guard let isUnique = value.boolValue else { throw error("uniqueItems", "must be true or false") }
            if isUnique { throw error("uniqueItems", "a grammar cannot express it") }
        }
        var part = ArrayRequirements.Part()
        var rest = "items"
        if let value = members["prefixItems"] {
            part.prefix = try schemas("prefixItems", value)
        } else if let value = members["items"], value.arrayValue != nil {
            // Until draft 2019-09, a list was what `prefixItems` is now.
            part.prefix = try schemas("items", value)
            rest = "additionalItems"
        }
        if let value = members[rest] { part.items = try document.child(of: place, rest, value: value) }
        if !part.prefix.isEmpty || part.items != nil { arrays.parts = [part] }
    }

    private mutating func readObjects(into objects: inout ObjectRequirements) throws(ConstraintError) {
        objects.count = try readCount("minProperties", "maxProperties")
        var part = ObjectRequirements.Part()
        if let value = members["properties"] {
            for (key, schema) in try object("properties", value) {
                let key = PropertyKey(key)
                part.keys.append(key)
                part.properties[key] = try document.child(of: place, "properties", key.text, value: schema)
            }
        }
        if let value = members["patternProperties"] {
            for (source, schema) in try object("patternProperties", value) {
                let schema = try document.child(of: place, "patternProperties", source, value: schema)
                let pattern = try pattern("patternProperties", source)
                part.patterns.append(.init(key: pattern, path: path, schema: schema))
            }
        }
        if let value = members["additionalProperties"] {
            part.additional = try document.child(of: place, "additionalProperties", value: value)
        }
        if members["properties"] != nil || !part.patterns.isEmpty || part.additional != nil { objects.parts = [part] }

        guard let value = members["required"] else { return }
        guard let keys = value.arrayValue else { throw error("required", "must be a list of keys") }
        var known: Set<PropertyKey> = []
        for key in keys {
            let key = PropertyKey(try text("required", key))
            if known.insert(key).inserted { objects.required.append(key) }
        }
        objects.requiredPath = path
    }

    private mutating func readApplicators(into keywords: inout SchemaKeywords) throws(ConstraintError) {
        if let value = members["$ref"] {
            keywords.reference = try document.target(of: try text("$ref", value), at: place)
        }
        if let value = members["allOf"] { keywords.conjuncts = try schemas("allOf", value) }
        for keyword in ["anyOf", "oneOf"] {
            if let value = members[keyword] { keywords.choices.append(try schemas(keyword, value)) }
        }
    }

    // MARK: - Values of keywords

    private func error(_ keyword: String, _ reason: String) -> ConstraintError {
        .schema(keyword: keyword, path: path, reason: reason)
    }

    private func text(_ keyword: String, _ value: JSONValue) throws(ConstraintError) -> String {
        guard let text = value.stringValue else { throw error(keyword, "must be a string") }
        return text
    }

    private func object(_ keyword: String, _ value: JSONValue) throws(ConstraintError) -> JSONObject {
        guard let object = value.objectValue else { throw error(keyword, "must be an object") }
        return object
    }

    private func number(_ keyword: String, _ value: JSONValue) throws(ConstraintError) -> JSONNumber {
        guard let number = value.numberValue else { throw error(keyword, "must be a number") }
        return number
    }

    private func pattern(_ keyword: String, _ source: String) throws(ConstraintError) -> Pattern {
        do {
            return try Pattern(source)
        } catch {
            throw self.error(keyword, "\(error)")
        }
    }

    private mutating func schemas(_ keyword: String, _ value: JSONValue) throws(ConstraintError) -> [Int] {
        guard let values = value.arrayValue, !values.isEmpty else {
            throw error(keyword, "must be a list of schemas, and not be empty")
        }
        var schemas: [Int] = []
        for (number, value) in values.enumerated() {
            schemas.append(try document.child(of: place, keyword, String(number), value: value))
        }
        return schemas
    }

    private func readCount(_ minKeyword: String, _ maxKeyword: String) throws(ConstraintError) -> CountRange {
        var range = CountRange()
        range.min = try count(minKeyword) ?? 0
        range.max = try count(maxKeyword)
        guard range.min < Self.largestCount else {
            throw error(minKeyword, "is \(range.min); at most \(Self.largestCount - 1) is supported")
        }
        if range.isEmpty { throw error(minKeyword, "is larger than `\(maxKeyword)`") }
        // So many are never written.
        if let max = range.max, max >= Self.largestCount { range.max = nil }
        return range
    }

    private func count(_ keyword: String) throws(ConstraintError) -> Int? {
        guard let value = members[keyword] else { return nil }
        let number = try number(keyword, value)
        guard number.isWhole, number.doubleValue >= 0 else {
            throw error(keyword, "must be a whole number that is not negative")
        }
        return number.doubleValue < Double(Self.largestCount) ? Int(number.doubleValue) : Self.largestCount
    }
}
