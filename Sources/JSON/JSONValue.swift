/// A JSON value that keeps what it was read from: members in their order, numbers digit for digit.
///
/// Foundation's `JSONSerialization` keeps neither, and a chat template prints both.
///
/// Strings are equal if their Unicode scalars are, as in JSON and in Python. (`String` itself takes "é" and "e\u{301}"
/// for equal.)
public enum JSONValue: Sendable {
    case null
    case bool(Bool)
    case number(JSONNumber)
    case string(String)
    case array([JSONValue])
    case object(JSONObject)
}

/// The members of a JSON object, in the order in which their keys first appeared. Each key appears once.
///
/// Two objects are equal if their members are, in whatever order.
public struct JSONObject: Sendable {
    public typealias Element = (key: String, value: JSONValue)

    /// The names of the members, in order.
    public private(set) var keys: [String] = []
    /// Their values, in the same order.
    public private(set) var values: [JSONValue] = []
    /// Where each key is. Empty as long as looking through the keys is faster.
    private var places: [JSONKey: Int] = [:]

    /// Up to this many keys are looked through.
    private static let fewKeys = 8

    /// An object without members.
    public init() {}

    /// Of equal keys, the first one gives the place and the last one the value, as in Python.
    public init(_ members: some Sequence<(String, JSONValue)>) {
        for (key, value) in members { self[key] = value }
    }

    /// The value of a member; nil if there is none.
    public subscript(key: String) -> JSONValue? {
        get { place(of: key).map { values[$0] } }
        /// Appends a key that is new. Setting nil removes the member, in time proportional to `count`.
        set {
            switch (place(of: key), newValue) {
            case (let place?, let value?): values[place] = value
            case (nil, let value?): append(key, value)
            case (let place?, nil): remove(at: place)
            case (nil, nil): break
            }
        }
    }

    private func place(of key: String) -> Int? {
        guard places.isEmpty else { return places[JSONKey(key)] }
        return keys.firstIndex { $0.utf8.elementsEqual(key.utf8) }
    }

    private mutating func append(_ key: String, _ value: JSONValue) {
        if !places.isEmpty {
            places[JSONKey(key)] = keys.count
        } else if keys.count == JSONObject.fewKeys {
            for (place, key) in keys.enumerated() { places[JSONKey(key)] = place }
            places[JSONKey(key)] = keys.count
        }
        keys.append(key)
        values.append(value)
    }

    private mutating func remove(at place: Int) {
        keys.remove(at: place)
        values.remove(at: place)
        guard !places.isEmpty else { return }
        places = [:]
        if keys.count > JSONObject.fewKeys {
            for (place, key) in keys.enumerated() { places[JSONKey(key)] = place }
        }
    }
}

extension JSONObject: RandomAccessCollection {
    public var startIndex: Int { 0 }
    public var endIndex: Int { keys.count }
    public subscript(position: Int) -> Element { (keys[position], values[position]) }
}

// MARK: - Equality

extension JSONValue: Hashable {
    public static func == (left: JSONValue, right: JSONValue) -> Bool {
        switch (left, right) {
        case (.null, .null): true
        case (.bool(let left), .bool(let right)): left == right
        case (.number(let left), .number(let right)): left == right
        case (.string(let left), .string(let right)): left.utf8.elementsEqual(right.utf8)
        case (.array(let left), .array(let right)): left == right
        case (.object(let left), .object(let right)): left == right
        default: false
        }
    }

    public func hash(into hasher: inout Hasher) {
        switch self {
        case .null: hasher.combine(0)
        case .bool(let value): hasher.combine(value)
        case .number(let value): hasher.combine(value)
        case .string(let value): JSONKey(value).hash(into: &hasher)
        case .array(let value): hasher.combine(value)
        case .object(let value): hasher.combine(value)
        }
    }
}

extension JSONObject: Hashable {
    public static func == (left: JSONObject, right: JSONObject) -> Bool {
        left.count == right.count && left.allSatisfy { right[$0.key] == $0.value }
    }

    public func hash(into hasher: inout Hasher) {
        // The order of the members must not matter.
        var sum = 0
        for (key, value) in self {
            var member = Hasher()
            member.combine(JSONKey(key))
            member.combine(value)
            sum &+= member.finalize()
        }
        hasher.combine(count)
        hasher.combine(sum)
    }
}

// MARK: - Access

extension JSONValue {
    /// Whether it is `null`.
    public var isNull: Bool { if case .null = self { true } else { false } }
    /// Nil unless it is `true` or `false`.
    public var boolValue: Bool? { if case .bool(let value) = self { value } else { nil } }
    /// Nil unless it is a number.
    public var numberValue: JSONNumber? { if case .number(let value) = self { value } else { nil } }
    /// Nil unless it is a string.
    public var stringValue: String? { if case .string(let value) = self { value } else { nil } }
    /// Nil unless it is an array.
    public var arrayValue: [JSONValue]? { if case .array(let value) = self { value } else { nil } }
    /// Nil unless it is an object.
    public var objectValue: JSONObject? { if case .object(let value) = self { value } else { nil } }

    /// The member `key` of an object; nil for anything else.
    public subscript(key: String) -> JSONValue? { objectValue?[key] }
}

// MARK: - Literals

extension JSONValue: ExpressibleByNilLiteral, ExpressibleByBooleanLiteral, ExpressibleByIntegerLiteral,
    ExpressibleByStringInterpolation, ExpressibleByArrayLiteral, ExpressibleByDictionaryLiteral
{
    public init(nilLiteral: ()) { self = .null }
    public init(booleanLiteral value: Bool) { self = .bool(value) }
    public init(integerLiteral value: Int) { self = .number(JSONNumber(value)) }
    public init(stringLiteral value: String) { self = .string(value) }
    public init(arrayLiteral elements: JSONValue...) { self = .array(elements) }
    /// Of equal keys, the last one counts.
    public init(dictionaryLiteral elements: (String, JSONValue)...) {
        self = .object(JSONObject(elements))
    }
}

extension JSONObject: ExpressibleByDictionaryLiteral {
    /// Of equal keys, the last one counts.
    public init(dictionaryLiteral elements: (String, JSONValue)...) { self.init(elements) }
}
