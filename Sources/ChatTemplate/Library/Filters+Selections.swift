extension Filter {
    static let selections: [String: Filter] = [
        "map": Filter { renderer, value, arguments throws(TemplateError) in try renderer.map(value, arguments) },
        "select": selection(keeps: true, byAttribute: false),
        "reject": selection(keeps: false, byAttribute: false),
        "selectattr": selection(keeps: true, byAttribute: true),
        "rejectattr": selection(keeps: false, byAttribute: true),
    ]

    private static func selection(keeps: Bool, byAttribute: Bool) -> Filter {
        Filter { renderer, value, arguments throws(TemplateError) in
            guard value.isTrue else { return try renderer.makeGenerator([]) }
            var rest = arguments
            var path = Value.none
            if byAttribute {
                guard !rest.positional.isEmpty else {
                    throw renderer.error(.type("the name of an attribute is missing"))
                }
                path = rest.positional.removeFirst()
            }
            var test: ValueTest?
            if !rest.positional.isEmpty { test = try renderer.test(named: rest.positional.removeFirst()) }
            var kept: [Value] = []
            for element in try renderer.elements(of: value) {
                let tested = try renderer.attribute(path, of: element)
                let passes = if let test { try test.passes(renderer, tested, rest) } else { tested.isTrue }
                if passes == keeps { kept.append(element) }
            }
            return try renderer.makeGenerator(kept)
        }
    }
}

extension Renderer {
    fileprivate func map(_ value: Value, _ arguments: CallArguments) throws(TemplateError) -> Value {
        guard value.isTrue else { return try makeGenerator([]) }
        var mapped: [Value] = []
        if arguments.positional.isEmpty, arguments.named.contains(where: { $0.name == "attribute" }) {
            let bound = try bind(arguments, ["attribute", "default"])
            for element in try elements(of: value) {
                mapped.append(try attribute(bound[0] ?? .none, of: element, default: bound[1]))
            }
            return try makeGenerator(mapped)
        }
        var rest = arguments
        guard !rest.positional.isEmpty else { throw error(.type("map needs the name of a filter")) }
        let filter = try filter(named: rest.positional.removeFirst())
        for element in try elements(of: value) {
            try charge()
            try claim(Footprint.object)
            mapped.append(try filter.apply(self, element, rest))
        }
        return try makeGenerator(mapped)
    }

    private func filter(named name: Value?) throws(TemplateError) -> Filter {
        let name = try text(name).string
        guard let filter = program.library.filters[name] else { throw error(.unknownFilter(name)) }
        return filter
    }

    fileprivate func test(named name: Value?) throws(TemplateError) -> ValueTest {
        let name = try text(name).string
        guard let test = program.library.tests[name] else { throw error(.unknownTest(name)) }
        return test
    }
}
