extension Function {
    static let globals: [Text: Function] = [
        "range": Function { renderer, arguments throws(TemplateError) in try renderer.range(arguments) },
        "namespace": Function { renderer, arguments throws(TemplateError) in
            try renderer.makeNamespace(renderer.mapping(arguments))
        },
        "dict": Function { renderer, arguments throws(TemplateError) in
            .mapping(try renderer.mapping(arguments))
        },
        "raise_exception": Function { renderer, arguments throws(TemplateError) in
            let message = try renderer.bind(arguments, ["message"], required: 1)[0] ?? .none
            throw renderer.error(.raised(try renderer.text(of: message)[atMost: 10_000]))
        },
        "strftime_now": Function { renderer, arguments throws(TemplateError) in
            let format = try renderer.text(try renderer.bind(arguments, ["format"], required: 1)[0])
            try renderer.charge(10 * format.count)
            try renderer.reserve(bytes: renderer.product(format.count, 12))
            return .text(Text(renderer.clock().formatted(format.string), computedFrom: format))
        },
        "cycler": Function { renderer, arguments throws(TemplateError) in
            guard arguments.named.isEmpty, !arguments.positional.isEmpty else {
                throw renderer.error(.type("cycler needs values"))
            }
            try renderer.claim(arguments.positional.count * Footprint.element)
            return try renderer.checked(.cycler(Cycler(arguments.positional)))
        },
        "joiner": Function { renderer, arguments throws(TemplateError) in
            .joiner(Joiner(try renderer.text(try renderer.bind(arguments, ["sep"])[0], or: ", ")))
        },
    ]
}

extension Renderer {
    fileprivate func range(_ arguments: CallArguments) throws(TemplateError) -> Value {
        let bound = try bind(arguments, ["start", "stop", "step"], required: 1, takesNames: false)
        var numbers: [Int] = []
        for value in bound { if let value { numbers.append(try integer(value)) } }
        let start = numbers.count == 1 ? 0 : numbers[0]
        let stop = numbers.count == 1 ? numbers[0] : numbers[1]
        let step = numbers.count == 3 ? numbers[2] : 1
        guard step != 0 else { throw error(.value("the step of a range is 0")) }
        let (distance, overflow) =
            step > 0
            ? stop.subtractingReportingOverflow(start) : start.subtractingReportingOverflow(stop)
        let isEmpty = step > 0 ? stop <= start : stop >= start
        let count = isEmpty ? 0 : overflow ? Int.max : Int((UInt(distance) - 1) / step.magnitude) + 1
        guard count <= limits.rangeCount else { throw error(.rangeTooLong(limit: limits.rangeCount)) }
        return .range(IntegerRange(start: start, stop: stop, step: step, count: count))
    }

    /// The arguments of `dict` and `namespace`: a mapping or pairs, and names.
    fileprivate func mapping(_ arguments: CallArguments) throws(TemplateError) -> Mapping {
        guard arguments.positional.count <= 1 else { throw error(.type("at most one mapping is taken")) }
        try claim(Footprint.object)
        var mapping = Mapping()
        if case .mapping(let other)? = arguments.positional.first {
            try charge(other.count)
            try claim(other.count * Footprint.member)
            mapping = other.copy()
        } else if let pairs = arguments.positional.first {
            if case .undefined(let undefined) = pairs { throw error(.undefined(undefined.message)) }
            for pair in try elements(of: pairs) {
                let parts = try elements(of: pair)
                guard parts.count == 2 else { throw error(.value("a mapping is made of pairs")) }
                try checkKey(parts[0])
                try charge(Footprint.objectSteps)
                try claim(Footprint.member)
                mapping[parts[0]] = parts[1]
            }
        }
        try charge(4 * arguments.named.count)
        try claim(arguments.named.count * Footprint.member)
        for (name, value) in arguments.named { mapping[.text(name)] = value }
        _ = try checked(.mapping(mapping))
        return mapping
    }
}
