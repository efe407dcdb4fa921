import JSON

/// What a value must be: the keywords of one schema, or those of several that hold together.
struct Requirements {
    var types = JSONTypes.all
    /// What `enum` and `const` leave.
    var literals: [JSONValue]?
    var strings = StringRequirements()
    var numbers = NumberRequirements()
    var arrays = ArrayRequirements()
    var objects = ObjectRequirements()

    /// Whether any value will do.
    var isNothing: Bool {
        types == .all && literals == nil && strings.isNothing && numbers.isNothing && arrays.isNothing
            && objects.isNothing
    }

    /// Adds what another schema requires.
    mutating func add(_ other: Requirements) {
        types.formIntersection(other.types)
        if let others = other.literals {
            literals = literals.map { $0.filter { value in others.contains { value.isSame(as: $0) } } } ?? others
        }
        strings.add(other.strings)
        numbers.add(other.numbers)
        arrays.add(other.arrays)
        objects.add(other.objects)
    }
}

/// How many of something: at least `min`, at most `max`.
struct CountRange: Hashable {
    var min = 0
    /// Nil for any number.
    var max: Int?

    var isNothing: Bool { min == 0 && max == nil }
    var isEmpty: Bool { max.map { $0 < min } ?? false }

    func contains(_ count: Int) -> Bool { count >= min && max.map { count <= $0 } ?? true }

    mutating func add(_ other: CountRange) {
        min = Swift.max(min, other.min)
        max = max.map { Swift.min($0, other.max ?? $0) } ?? other.max
    }
}

struct StringRequirements {
    /// What the text must match.
    struct Form {
        /// `pattern` or `format`.
        let keyword: String
        /// Of the schema that has the keyword.
        let path: String
        let pattern: Pattern
    }

    /// Counts characters.
    var length = CountRange()
    /// With different patterns.
    var forms: [Form] = []

    var isNothing: Bool { length.isNothing && forms.isEmpty }

    mutating func add(_ other: StringRequirements) {
        length.add(other.length)
        for form in other.forms where !forms.contains(where: { $0.pattern == form.pattern }) { forms.append(form) }
    }
}

struct NumberRequirements {
    /// A number that divides the value.
    struct Divisor {
        let value: JSONNumber
        /// Of the schema that has `multipleOf`.
        let path: String
    }

    var range = NumberRange()
    var divisors: [Divisor] = []

    var isNothing: Bool { range.isEverything && divisors.isEmpty }

    mutating func add(_ other: NumberRequirements) {
        range = range.intersection(other.range)
        for divisor in other.divisors where !divisors.contains(where: { $0.value == divisor.value }) {
            divisors.append(divisor)
        }
    }
}

struct ArrayRequirements {
    /// What one schema says of the elements. Schemas are numbers in a `SchemaDocument`.
    struct Part {
        var prefix: [Int] = []
        /// For the elements behind `prefix`; nil if they may be anything.
        var items: Int?
    }

    var count = CountRange()
    var parts: [Part] = []

    var isNothing: Bool { count.isNothing && parts.isEmpty }

    mutating func add(_ other: ArrayRequirements) {
        count.add(other.count)
        parts += other.parts
    }

    /// The schemas that the element at a place must obey.
    func schemas(at place: Int) -> [Int] {
        parts.compactMap { place < $0.prefix.count ? $0.prefix[place] : $0.items }
    }
}

struct ObjectRequirements {
    /// What one schema says of the members. Schemas are numbers in a `SchemaDocument`.
    struct Part {
        struct PatternProperty {
            /// What the key must match.
            let key: Pattern
            /// Of the schema that has `patternProperties`.
            let path: String
            let schema: Int
        }

        /// In the schema's order.
        var keys: [PropertyKey] = []
        var properties: [PropertyKey: Int] = [:]
        var patterns: [PatternProperty] = []
        /// For other keys; nil if nothing is said of them.
        var additional: Int?
    }

    var count = CountRange()
    var parts: [Part] = []
    /// In the schema's order, each key once.
    var required: [PropertyKey] = []
    /// Of a schema that has `required`.
    var requiredPath = ""

    var isNothing: Bool { count.isNothing && parts.isEmpty && required.isEmpty }

    /// What the member with a key must obey: of each schema, what it says of that property and of patterns that match
    /// its key, or else of additional ones.
    func schemas(for key: PropertyKey, _ matcher: inout PatternMatcher) throws(ConstraintError) -> [Int] {
        var schemas: [Int] = []
        for part in parts {
            var own = part.properties[key].map { [$0] } ?? []
            for pattern in part.patterns where try matcher.matches(key.text, pattern.key) { own.append(pattern.schema) }
            schemas += own.isEmpty ? part.additional.map { [$0] } ?? [] : own
        }
        return schemas
    }

    mutating func add(_ other: ObjectRequirements) {
        count.add(other.count)
        parts += other.parts
        guard !other.required.isEmpty else { return }
        if required.isEmpty {
            (required, requiredPath) = (other.required, other.requiredPath)
        } else {
            let known = Set(required)
            required += other.required.filter { !known.contains($0) }
        }
    }
}
