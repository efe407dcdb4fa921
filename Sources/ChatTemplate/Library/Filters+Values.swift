extension Filter {
    static let values: [String: Filter] = [
        "default": standard, "d": standard,
        "attr": Filter { renderer, value, arguments throws(TemplateError) in
            let name = try renderer.text(try renderer.bind(arguments, ["name"], required: 1)[0])
            // Keys are no attributes.
            if case .mapping = value, Method.ofMappings[name] == nil { return .undefined(Undefined(.member, name)) }
            return try renderer.member(named: name, of: value)
        },
        "items": Filter { renderer, value, arguments throws(TemplateError) in
            try renderer.bindNone(arguments)
            if value.isUndefined { return try renderer.makeGenerator([]) }
            guard case .mapping(let mapping) = value else {
                throw renderer.error(.type("items needs a mapping, not \(value.typeName)"))
            }
            return try renderer.makeGenerator(renderer.pairs(of: mapping))
        },
        "tojson": Filter { renderer, value, arguments throws(TemplateError) in
            .text(try renderer.jsonText(of: value, arguments))
        },
        "pprint": Filter { renderer, value, arguments throws(TemplateError) in
            try renderer.bindNone(arguments)
            return .text(try renderer.representation(of: value))
        },
        "xmlattr": Filter { renderer, value, arguments throws(TemplateError) in
            let isSpaced = try renderer.bind(arguments, ["autospace"])[0]?.isTrue ?? true
            return .text(try renderer.attributes(of: value, isSpaced: isSpaced))
        },
    ]

    private static let standard = Filter { renderer, value, arguments throws(TemplateError) in
        let bound = try renderer.bind(arguments, ["default_value", "boolean"])
        let isReplaced = value.isUndefined || (bound[1]?.isTrue ?? false) && !value.isTrue
        return isReplaced ? bound[0] ?? .emptyText : value
    }
}

extension Renderer {
    fileprivate func attributes(of value: Value, isSpaced: Bool) throws(TemplateError) -> Text {
        guard case .mapping(let mapping) = value else {
            throw try typeError(value, "xmlattr needs a mapping, not \(value.typeName)")
        }
        var builder = TextBuilder()
        for (key, value) in zip(mapping.keys, mapping.values) where !value.isUndefined && !isNone(value) {
            let name = try text(key)
            guard !name.bytes.contains(where: { " \t\n\r\u{B}\u{C}/>=".utf8.contains($0) }) else {
                throw error(.value("the name of an attribute cannot be \(name.string.debugDescription)"))
            }
            if isSpaced || builder.count > 0 { builder.append(" ") }
            try append(escapedForHTML(name), to: &builder)
            builder.append("=\"")
            try append(escapedForHTML(text(of: value)), to: &builder)
            builder.append("\"")
        }
        return builder.text
    }
}
