/// What arithmetic works on; true is 1.
enum Number {
    case integer(Int)
    case float(Double)

    var double: Double {
        switch self {
        case .integer(let value): Double(value)
        case .float(let value): value
        }
    }

    static func == (left: Number, right: Number) -> Bool {
        switch (left, right) {
        case (.integer(let left), .integer(let right)): left == right
        case (.float(let left), .float(let right)): left == right
        case (.integer(let integer), .float(let float)), (.float(let float), .integer(let integer)):
            Int(exactly: float) == integer
        }
    }

    static func < (left: Number, right: Number) -> Bool {
        switch (left, right) {
        case (.integer(let left), .integer(let right)): left < right
        default: left.double < right.double
        }
    }
}

extension Value {
    /// Nil for anything but a number or a boolean, and for integers that are too large.
    var number: Number? {
        switch self {
        case .bool(let value): .integer(value ? 1 : 0)
        case .integer(let value): .integer(value)
        case .float(let value): .float(value)
        default: nil
        }
    }

    /// An integer or a boolean, as an integer.
    var integer: Int? { if case .integer(let value)? = number { value } else { nil } }
}
