/// An ordered list of named values: a row of a table, or a JSON object.
package struct Record: Sendable, Encodable {
    package enum Value: Sendable, Hashable {
        case text(String)
        case integer(Int)
        case number(Double)
        case numbers([Double])
        case none
    }

    package private(set) var fields: [(name: String, value: Value)] = []

    package init() {}

    package subscript(name: String) -> Value { fields.first { $0.name == name }?.value ?? .none }

    package mutating func add(_ name: String, _ value: Value) { fields.append((name, value)) }
    package mutating func add(_ name: String, _ value: String?) { add(name, value.map(Value.text) ?? Value.none) }
    package mutating func add(_ name: String, _ value: Int?) { add(name, value.map(Value.integer) ?? Value.none) }
    package mutating func add(_ name: String, _ value: Double?) { add(name, value.map(Value.number) ?? Value.none) }

    private struct Key: CodingKey {
        let stringValue: String
        var intValue: Int? { nil }

        init(stringValue: String) { self.stringValue = stringValue }
        init?(intValue: Int) { nil }
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: Key.self)
        for (name, value) in fields {
            let key = Key(stringValue: name)
            switch value {
            case .text(let text): try container.encode(text, forKey: key)
            case .integer(let integer): try container.encode(integer, forKey: key)
            case .number(let number): try container.encode(number, forKey: key)
            case .numbers(let numbers): try container.encode(numbers, forKey: key)
            case .none: try container.encodeNil(forKey: key)
            }
        }
    }
}
