import JSON

extension JSONNumber {
    /// Whether it has no fraction: `1.0` has none.
    var isWhole: Bool {
        guard !isInteger else { return true }
        // What has too many digits to look at is not worth looking at.
        guard let exact = try? ExactDecimal(self) else { return false }
        return exact.fraction.isEmpty
    }
}

extension JSONValue {
    /// Whether JSON Schema takes the two for one value: numbers are compared by their values.
    func isSame(as other: JSONValue) -> Bool {
        switch (self, other) {
        case (.number(let left), .number(let right)):
            if left == right { return true }
            guard let left = try? ExactDecimal(left), let right = try? ExactDecimal(right) else { return false }
            return left == right
        case (.array(let left), .array(let right)):
            return left.count == right.count && zip(left, right).allSatisfy { $0.isSame(as: $1) }
        case (.object(let left), .object(let right)):
            return left.count == right.count
                && left.allSatisfy { key, value in right[key].map { value.isSame(as: $0) } ?? false }
        default: return self == other
        }
    }
}

extension JSONValue {
    /// Whether arrays and objects are at most so deep within one another.
    func isNested(atMost depth: Int) -> Bool {
        switch self {
        case .array(let elements): depth > 0 && elements.allSatisfy { $0.isNested(atMost: depth - 1) }
        case .object(let members): depth > 0 && members.values.allSatisfy { $0.isNested(atMost: depth - 1) }
        default: true
        }
    }
}
