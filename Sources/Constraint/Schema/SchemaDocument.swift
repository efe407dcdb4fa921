import JSON

/// The schemas within a schema, by numbers.
///
/// Each has the path by which messages name it: a JSON pointer as a fragment, `#/properties/age`.
struct SchemaDocument {
    struct Place {
        let root: Int
        let path: String
        let value: JSONValue
        /// Whether a schema around it has an `$id` of its own, so that `#` means another root.
        let isEmbedded: Bool
        /// How many steps the path has.
        let depth: Int
    }

    private struct Key: Hashable {
        let root: Int
        let path: PropertyKey
        let isVariant: Bool
    }

    private(set) var places: [Place] = []
    private var known: [Key: Int] = [:]

    /// How many schemas may be looked at.
    private static let limit = 100_000
    /// How deeply they may be nested.
    private static let maximumDepth = 512

    /// - Returns: the number of `schema`, whose references `#…` are meant within it.
    mutating func addRoot(_ schema: JSONValue) throws(ConstraintError) -> Int {
        try intern(Place(root: places.count, path: "#", value: schema, isEmbedded: false, depth: 0))
    }

    /// - Parameter steps: the keys and places that lead from `parent` to it.
    mutating func child(of parent: Int, _ steps: String..., value: JSONValue) throws(ConstraintError) -> Int {
        let parent = places[parent]
        let path = steps.reduce(parent.path) { $0 + "/" + Self.escaped($1) }
        return try intern(
            Place(
                root: parent.root, path: path, value: value,
                isEmbedded: parent.isEmbedded || value["$id"]?.stringValue != nil, depth: parent.depth + steps.count))
    }

    /// The same place with another value: a schema without one of its keywords.
    mutating func variant(of place: Int, value: JSONValue) throws(ConstraintError) -> Int {
        let place = places[place]
        return try intern(
            Place(
                root: place.root, path: place.path, value: value, isEmbedded: place.isEmbedded, depth: place.depth),
            isVariant: true)
    }

    private mutating func intern(_ place: Place, isVariant: Bool = false) throws(ConstraintError) -> Int {
        let key = Key(root: place.root, path: PropertyKey(place.path), isVariant: isVariant)
        if let number = known[key] { return number }
        guard place.depth <= Self.maximumDepth else {
            throw .tooLarge(what: "levels of nesting in a schema", limit: Self.maximumDepth)
        }
        guard places.count < Self.limit else { throw .tooLarge(what: "schemas", limit: Self.limit) }
        known[key] = places.count
        places.append(place)
        return places.count - 1
    }

    /// - Parameter path: what to say for no schema at all.
    func name(of goal: Goal, otherwise path: String) -> String { goal.schemas.first.map { places[$0].path } ?? path }

    // MARK: - References

    /// - Returns: the schema that `$ref` at a place means.
    mutating func target(of reference: String, at place: Int) throws(ConstraintError) -> Int {
        let place = places[place]
        func unusable(_ reason: String) -> ConstraintError {
            .schema(keyword: "$ref", path: place.path, reason: "\(reference.debugDescription) \(reason)")
        }
        let root = places[place.root]
        var fragment = reference.utf8[...]
        if let id = root.value["$id"]?.stringValue, !id.isEmpty, fragment.starts(with: id.utf8) {
            fragment = fragment.dropFirst(id.utf8.count)
        }
        guard fragment.isEmpty && !reference.isEmpty || fragment.first == UInt8(ascii: "#") else {
            throw unusable("is in another document; only references within the schema (#/…) are supported")
        }
        guard !place.isEmbedded else { throw unusable("is inside a schema that has an $id of its own") }
        guard let pointer = Self.decoded(fragment.dropFirst()) else { throw unusable("is not a JSON pointer") }
        if pointer.isEmpty { return place.root }
        guard pointer.first == UInt8(ascii: "/") else {
            throw unusable("is an anchor; only JSON pointers (#/…) are supported")
        }

        var path = "#"
        var depth = 0
        var value = root.value
        var isEmbedded = false
        for step in pointer.dropFirst().split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false) {
            guard let key = Self.unescaped(step) else { throw unusable("is not a JSON pointer") }
            guard let next = value[key] ?? Self.element(key, of: value) else {
                throw unusable("leads nowhere in the schema")
            }
            value = next
            depth += 1
            guard depth <= Self.maximumDepth else { throw unusable("leads too deep") }
            path += "/" + Self.escaped(key)
            isEmbedded = isEmbedded || value["$id"]?.stringValue != nil
        }
        return try intern(
            Place(root: place.root, path: path, value: value, isEmbedded: isEmbedded, depth: depth))
    }

    private static func element(_ key: String, of value: JSONValue) -> JSONValue? {
        guard let elements = value.arrayValue, let place = Int(key), elements.indices.contains(place) else {
            return nil
        }
        return elements[place]
    }

    /// A step of a JSON pointer: `~0` for `~`, `~1` for `/`.
    private static func escaped(_ key: String) -> String {
        guard key.utf8.contains(where: { $0 == UInt8(ascii: "~") || $0 == UInt8(ascii: "/") }) else { return key }
        return key.unicodeScalars.reduce(into: "") { text, scalar in
            switch scalar {
            case "~": text += "~0"
            case "/": text += "~1"
            default: text.unicodeScalars.append(scalar)
            }
        }
    }

    private static func unescaped(_ step: ArraySlice<UInt8>) -> String? {
        var bytes: [UInt8] = []
        var rest = step
        while let byte = rest.popFirst() {
            guard byte == UInt8(ascii: "~") else {
                bytes.append(byte)
                continue
            }
            switch rest.popFirst() {
            case UInt8(ascii: "0"): bytes.append(UInt8(ascii: "~"))
            case UInt8(ascii: "1"): bytes.append(UInt8(ascii: "/"))
            default: return nil
            }
        }
        return String(validating: bytes, as: UTF8.self)
    }

    /// - Returns: the bytes, `%41` as `A`; nil if a `%` has no two digits behind it.
    private static func decoded(_ fragment: Substring.UTF8View) -> [UInt8]? {
        var bytes: [UInt8] = []
        var rest = fragment
        while let byte = rest.popFirst() {
            guard byte == UInt8(ascii: "%") else {
                bytes.append(byte)
                continue
            }
            let digits = String(decoding: rest.prefix(2), as: UTF8.self)
            guard digits.utf8.count == 2, digits.first != "+", let value = UInt8(digits, radix: 16) else { return nil }
            bytes.append(value)
            rest = rest.dropFirst(2)
        }
        return bytes
    }
}
