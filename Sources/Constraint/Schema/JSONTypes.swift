import JSON

/// Which types a value may have.
struct JSONTypes: OptionSet {
    let rawValue: UInt8

    init(rawValue: UInt8) { self.rawValue = rawValue }

    static let null = JSONTypes(rawValue: 1)
    static let boolean = JSONTypes(rawValue: 2)
    static let string = JSONTypes(rawValue: 4)
    static let integer = JSONTypes(rawValue: 8)
    /// Numbers with a fraction. With `integer`, they are all numbers.
    static let fraction = JSONTypes(rawValue: 16)
    static let array = JSONTypes(rawValue: 32)
    static let object = JSONTypes(rawValue: 64)

    static let number: JSONTypes = [.integer, .fraction]
    static let all: JSONTypes = [.null, .boolean, .string, .number, .array, .object]

    /// The types in the order in which they are tried.
    static let each: [JSONTypes] = [.object, .array, .string, .number, .boolean, .null]

    /// - Parameter name: as the keyword `type` has it.
    init?(name: String) {
        switch name {
        case "null": self = .null
        case "boolean": self = .boolean
        case "string": self = .string
        case "integer": self = .integer
        case "number": self = .number
        case "array": self = .array
        case "object": self = .object
        default: return nil
        }
    }

    /// Whether a value has one of the types. `1.0` is an integer, as in JSON Schema.
    func admit(_ value: JSONValue) -> Bool {
        switch value {
        case .null: contains(.null)
        case .bool: contains(.boolean)
        case .string: contains(.string)
        case .number(let number): contains(.fraction) || contains(.integer) && number.isWhole
        case .array: contains(.array)
        case .object: contains(.object)
        }
    }
}
