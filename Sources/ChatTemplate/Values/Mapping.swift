/// Members in the order in which their keys first appeared.
final class Mapping {
    private(set) var keys: [Value] = []
    private(set) var values: [Value] = []
    private(set) var depth: Int32 = 1
    /// Where each key is. Empty as long as looking through the keys is faster.
    private var places: [MappingKey: Int] = [:]

    private static let fewKeys = 12

    init() {}

    func reserve(_ count: Int) {
        keys.reserveCapacity(count)
        values.reserveCapacity(count)
    }

    var count: Int { keys.count }
    var pairs: [Value] {
        zip(keys, values).map { .tuple(List(elements: [$0, $1], depth: 1 + max($0.depth, $1.depth))) }
    }

    subscript(key: Text) -> Value? {
        if !places.isEmpty { return places[MappingKey(.text(key))].map { values[$0] } }
        for index in keys.indices {
            if case .text(let text) = keys[index], text == key { return values[index] }
        }
        return nil
    }

    /// - Parameter key: a value that can be a key; see `Renderer.checkKey`.
    subscript(key: Value) -> Value? {
        get {
            if case .text(let text) = key { return self[text] }
            return place(of: key).map { values[$0] }
        }
        set {
            guard let newValue else { return }
            depth = max(depth, 1 + newValue.depth, 1 + key.depth)
            if let place = place(of: key) {
                values[place] = newValue
                return
            }
            if !places.isEmpty {
                places[MappingKey(key)] = keys.count
            } else if keys.count == Mapping.fewKeys {
                for (place, key) in keys.enumerated() { places[MappingKey(key)] = place }
                places[MappingKey(key)] = keys.count
            }
            keys.append(key)
            values.append(newValue)
        }
    }

    private func place(of key: Value) -> Int? {
        let key = MappingKey(key)
        return places.isEmpty ? keys.firstIndex { MappingKey($0) == key } : places[key]
    }

    func copy() -> Mapping {
        let copy = Mapping()
        (copy.keys, copy.values, copy.depth, copy.places) = (keys, values, depth, places)
        return copy
    }
}

/// A value as a key, after Python's rules: 1, 1.0 and true are the same key.
struct MappingKey: Hashable {
    let value: Value

    init(_ value: Value) { self.value = value }

    static func == (left: MappingKey, right: MappingKey) -> Bool {
        switch (left.value, right.value) {
        case (.text(let left), .text(let right)): return left == right
        case (.none, .none), (.undefined, .undefined): return true
        case (.largeInteger(let left), .largeInteger(let right)): return left.digits == right.digits
        case (.tuple(let left), .tuple(let right)):
            return left.elements.count == right.elements.count
                && zip(left.elements, right.elements).allSatisfy { MappingKey($0) == MappingKey($1) }
        default:
            if let left = left.value.number, let right = right.value.number { return left == right }
            if let left = left.value.identity, let right = right.value.identity { return left == right }
            return false
        }
    }

    func hash(into hasher: inout Hasher) {
        switch value {
        case .text(let text): hasher.combine(text)
        case .tuple(let list): for element in list.elements { MappingKey(element).hash(into: &hasher) }
        case .largeInteger(let integer): hasher.combine(integer.digits)
        default:
            if let number = value.number {
                hasher.combine(number.double)
            } else if let identity = value.identity {
                hasher.combine(identity)
            }
        }
    }
}

extension Value {
    /// What makes two objects the same that are compared by identity.
    var identity: ObjectIdentifier? {
        switch self {
        case .range(let object): ObjectIdentifier(object)
        case .view(let object): ObjectIdentifier(object)
        case .iterator(let object): ObjectIdentifier(object)
        case .namespace(let object): ObjectIdentifier(object)
        case .loop(let object): ObjectIdentifier(object)
        case .macro(let object): ObjectIdentifier(object)
        case .cycler(let object): ObjectIdentifier(object)
        case .joiner(let object): ObjectIdentifier(object)
        default: nil
        }
    }
}
