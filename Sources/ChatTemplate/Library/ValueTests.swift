extension ValueTest {
    /// By name.
    static let all: [String: ValueTest] = {
        var all = kinds.merging(numbers) { $1 }
        let comparisons: [(Comparison, [String])] = [
            (.equal, ["==", "eq", "equalto"]), (.notEqual, ["!=", "ne"]), (.greater, [">", "gt", "greaterthan"]),
            (.greaterOrEqual, [">=", "ge"]), (.less, ["<", "lt", "lessthan"]), (.lessOrEqual, ["<=", "le"]),
            (.isIn, ["in"]),
        ]
        for (comparison, names) in comparisons {
            let test = ValueTest { renderer, value, arguments throws(TemplateError) in
                let other = try renderer.bind(arguments, ["other"], required: 1, takesNames: false)[0] ?? .none
                return try renderer.compare(comparison, value, other)
            }
            for name in names { all[name] = test }
        }
        return all
    }()

    /// A test without arguments.
    private static func of(_ passes: @escaping @Sendable (Value) -> Bool) -> ValueTest {
        ValueTest { renderer, value, arguments throws(TemplateError) in
            try renderer.bindNone(arguments)
            return passes(value)
        }
    }

    // MARK: - Kinds of values

    private static let kinds: [String: ValueTest] = [
        "defined": of { !$0.isUndefined },
        "undefined": of { $0.isUndefined },
        "none": of { if case .none = $0 { true } else { false } },
        "boolean": of { if case .bool = $0 { true } else { false } },
        "true": of { if case .bool(true) = $0 { true } else { false } },
        "false": of { if case .bool(false) = $0 { true } else { false } },
        "float": of { if case .float = $0 { true } else { false } },
        "string": of { if case .text = $0 { true } else { false } },
        "mapping": of { if case .mapping = $0 { true } else { false } },
        "callable": of { $0.isCallable },
        "escaped": of { if case .text(let text) = $0 { text.isMarkup } else { false } },
        "integer": of {
            switch $0 {
            case .integer, .largeInteger: true
            default: false
            }
        },
        "number": of {
            switch $0 {
            case .bool, .integer, .largeInteger, .float: true
            default: false
            }
        },
        "sequence": of {
            switch $0 {
            case .text, .list, .tuple, .mapping, .range, .undefined: true
            default: false
            }
        },
        "iterable": of {
            switch $0 {
            case .text, .list, .tuple, .mapping, .range, .view, .iterator, .loop, .undefined: true
            default: false
            }
        },
        "sameas": ValueTest { renderer, value, arguments throws(TemplateError) in
            let other = try renderer.bind(arguments, ["other"], required: 1)[0] ?? .none
            return value.isSame(as: other)
        },
        "lower": ValueTest { renderer, value, arguments throws(TemplateError) in
            try renderer.bindNone(arguments)
            return try renderer.text(of: value).isLowercase
        },
        "upper": ValueTest { renderer, value, arguments throws(TemplateError) in
            try renderer.bindNone(arguments)
            return try renderer.text(of: value).isUppercase
        },
        "filter": ValueTest { renderer, value, arguments throws(TemplateError) in
            try renderer.bindNone(arguments)
            try renderer.checkKey(value)
            if case .text(let name) = value { return renderer.program.library.filters[name.string] != nil }
            return false
        },
        "test": ValueTest { renderer, value, arguments throws(TemplateError) in
            try renderer.bindNone(arguments)
            try renderer.checkKey(value)
            if case .text(let name) = value { return renderer.program.library.tests[name.string] != nil }
            return false
        },
    ]

    // MARK: - Numbers

    private static let numbers: [String: ValueTest] = [
        "odd": ValueTest { renderer, value, arguments throws(TemplateError) in
            try renderer.bindNone(arguments)
            return try renderer.remainder(of: value, by: .integer(2), is: 1)
        },
        "even": ValueTest { renderer, value, arguments throws(TemplateError) in
            try renderer.bindNone(arguments)
            return try renderer.remainder(of: value, by: .integer(2), is: 0)
        },
        "divisibleby": ValueTest { renderer, value, arguments throws(TemplateError) in
            let divisor = try renderer.bind(arguments, ["num"], required: 1)[0] ?? .none
            return try renderer.remainder(of: value, by: divisor, is: 0)
        },
    ]
}

extension Renderer {
    fileprivate func remainder(of value: Value, by divisor: Value, is expected: Int) throws(TemplateError) -> Bool {
        try equals(apply(.remainder, value, divisor), .integer(expected))
    }
}

extension Value {
    /// Python's `is`, as far as a template can rely on it.
    fileprivate func isSame(as other: Value) -> Bool {
        switch (self, other) {
        case (.none, .none): true
        case (.bool(let left), .bool(let right)): left == right
        case (.integer(let left), .integer(let right)): left == right
        case (.text(let left), .text(let right)): left == right
        case (.mapping(let left), .mapping(let right)): left === right
        case (.list(let left), .list(let right)), (.tuple(let left), .tuple(let right)):
            left.elements.withUnsafeBufferPointer { left in
                right.elements.withUnsafeBufferPointer { left.baseAddress == $0.baseAddress && left.count == $0.count }
            }
        default: identity != nil && identity == other.identity
        }
    }
}
