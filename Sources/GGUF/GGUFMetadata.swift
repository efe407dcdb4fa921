/// The metadata of a GGUF file. Errors of typed access name the key, the expected type and the found one.
public struct GGUFMetadata: Sendable {
    /// Keys in the order of the file.
    public private(set) var keys: [String] = []
    private var values: [ByteKey: GGUFValue] = [:]

    /// Metadata without keys.
    public init() {}

    /// The value of `key`; nil if it does not exist.
    public subscript(key: String) -> GGUFValue? { values[ByteKey(key)] }

    mutating func reserveCapacity(_ count: Int) {
        keys.reserveCapacity(count)
        values.reserveCapacity(count)
    }

    /// Adds a value.
    /// - Throws: `GGUFError.duplicateKey` if the key exists.
    public mutating func add(_ key: String, _ value: GGUFValue) throws(GGUFError) {
        guard self[key] == nil else { throw .duplicateKey(key) }
        values[ByteKey(key)] = value
        keys.append(key)
    }

    /// Sets the value of `key`; a new key is added at the end.
    public mutating func set(_ key: String, _ value: GGUFValue) {
        if values.updateValue(value, forKey: ByteKey(key)) == nil { keys.append(key) }
    }

    /// Removes `key` if it exists.
    public mutating func remove(_ key: String) {
        if values.removeValue(forKey: ByteKey(key)) != nil { keys.removeAll { ByteKey($0) == ByteKey(key) } }
    }

    // MARK: - Typed access

    // All of these throw `GGUFError.wrongType` if the value has another type. If the key does not exist, those with
    // `IfPresent` in their name return nil, and the others throw `GGUFError.missingKey`.

    public func string(_ key: String) throws(GGUFError) -> String { try required(key, stringIfPresent(key)) }

    public func stringIfPresent(_ key: String) throws(GGUFError) -> String? {
        try typed(key, "string") { if case .string(let value) = $0 { value } else { nil } }
    }

    /// Any integer type.
    public func integer(_ key: String) throws(GGUFError) -> Int { try required(key, integerIfPresent(key)) }

    public func integerIfPresent(_ key: String) throws(GGUFError) -> Int? { try typed(key, "integer") { $0.integer } }

    /// Any number type: writers differ in the width of floats, and some write `1` for `1.0`.
    public func number(_ key: String) throws(GGUFError) -> Double { try required(key, numberIfPresent(key)) }

    public func numberIfPresent(_ key: String) throws(GGUFError) -> Double? { try typed(key, "number") { $0.number } }

    /// An array of any integer type.
    public func integers(_ key: String) throws(GGUFError) -> [Int] { try required(key, integersIfPresent(key)) }

    public func integersIfPresent(_ key: String) throws(GGUFError) -> [Int]? {
        try typed(key, "array of integers") { value in
            guard case .array(let array) = value else { return nil }
            return array.map { $0.integer }
        }
    }

    public func boolsIfPresent(_ key: String) throws(GGUFError) -> [Bool]? {
        try typed(key, "array of bool") { value in
            guard case .array(let array) = value else { return nil }
            return array.map { if case .bool(let value) = $0 { value } else { nil } }
        }
    }

    public func strings(_ key: String) throws(GGUFError) -> GGUFStrings { try required(key, stringsIfPresent(key)) }

    public func stringsIfPresent(_ key: String) throws(GGUFError) -> GGUFStrings? {
        try typed(key, "array of string") { if case .array(let array) = $0 { array.strings } else { nil } }
    }

    /// `general.alignment`: tensor offsets are multiples of it.
    /// - Throws: `GGUFError.invalidAlignment`.
    func alignment() throws(GGUFError) -> Int {
        guard let value = self["general.alignment"] else { return GGUFFormat.defaultAlignment }
        guard case .uint32(let alignment) = value, alignment > 0, alignment & (alignment - 1) == 0,
            alignment <= GGUFFormat.maximumAlignment
        else {
            switch value {
            case .array, .string: throw .invalidAlignment(found: value.typeName)  // may be of any length
            default: throw .invalidAlignment(found: "\(value)")
            }
        }
        return Int(alignment)
    }

    private func required<T>(_ key: String, _ value: T?) throws(GGUFError) -> T {
        guard let value else { throw .missingKey(key) }
        return value
    }

    private func typed<T>(_ key: String, _ expected: String, _ convert: (GGUFValue) -> T?) throws(GGUFError) -> T? {
        guard let value = self[key] else { return nil }
        guard let converted = convert(value) else {
            throw .wrongType(key: key, expected: expected, found: value.typeName)
        }
        return converted
    }
}

extension GGUFArray {
    /// All elements, converted; nil if one cannot be converted or if the elements are strings.
    fileprivate func map<T>(_ convert: (GGUFValue) -> T?) -> [T]? {
        guard elementType.byteCount != nil else { return nil }
        var result: [T] = []
        result.reserveCapacity(count)
        for index in 0..<count {
            guard let element = element(at: index), let converted = convert(element) else { return nil }
            result.append(converted)
        }
        return result
    }
}
