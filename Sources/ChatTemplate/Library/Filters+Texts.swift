extension Filter {
    static let texts: [String: Filter] = [
        "upper": ofText { $1.uppercased.asMarkup($1.isMarkup) },
        "lower": ofText { $1.lowercased.asMarkup($1.isMarkup) },
        "capitalize": ofText { $1.capitalized.asMarkup($1.isMarkup) },
        "title": ofText { $1.wordsCapitalized.asMarkup(false) },
        "string": ofUnchangedText { $0 },
        "safe": ofUnchangedText { $0.asMarkup() },
        "escape": escape, "e": escape,
        "forceescape": ofText { renderer, text throws(TemplateError) in
            try renderer.escapedForHTML(text.asMarkup(false))
        },
        "striptags": ofText { $1.withoutTags.asMarkup(false) },
        "urlencode": Filter { renderer, value, arguments throws(TemplateError) in
            try renderer.bindNone(arguments)
            return .text(try renderer.percentEncoded(value))
        },
        "wordcount": Filter { renderer, value, arguments throws(TemplateError) in
            try renderer.bindNone(arguments)
            let text = try renderer.text(of: value)
            try renderer.charge(scalarsOf: text)
            return .integer(text.wordCount)
        },
        "trim": Filter { renderer, value, arguments throws(TemplateError) in
            let characters = try renderer.optionalText(try renderer.bind(arguments, ["chars"])[0])
            return .text(try renderer.stripped(renderer.text(of: value), of: characters, start: true, end: true))
        },
        "center": Filter { renderer, value, arguments throws(TemplateError) in
            let width = try renderer.integer(try renderer.bind(arguments, ["width"])[0], or: 80)
            return .text(try renderer.padded(renderer.text(of: value), to: width, with: " ", .center))
        },
        "replace": Filter { renderer, value, arguments throws(TemplateError) in
            let bound = try renderer.bind(arguments, ["old", "new", "count"], required: 2)
            let text = try renderer.text(of: value)
            let old = try renderer.text(of: bound[0] ?? .none)
            let new = try renderer.text(of: bound[1] ?? .none)
            return .text(
                try renderer.replacing(old, with: new, in: text, atMost: renderer.optionalInteger(bound[2]))
                    .asMarkup(false))
        },
        "indent": Filter { renderer, value, arguments throws(TemplateError) in
            let bound = try renderer.bind(arguments, ["width", "first", "blank"])
            let indentation: Text
            if case .text(let text)? = bound[0] {
                indentation = text
            } else {
                let width = max(try renderer.integer(bound[0], or: 4), 0)
                try renderer.reserve(bytes: width)
                indentation = Text(Array(repeating: UInt8(ascii: " "), count: width), .template)
            }
            let text = try renderer.text(value)
            return .text(
                try renderer.indented(
                    text, by: indentation, first: bound[1]?.isTrue ?? false, blank: bound[2]?.isTrue ?? false
                ).asMarkup(text.isMarkup))
        },
        "truncate": Filter { renderer, value, arguments throws(TemplateError) in
            let bound = try renderer.bind(arguments, ["length", "killwords", "end", "leeway"])
            guard case .text = value else {
                let limit = try renderer.integer(bound[0], or: 255)
                guard try renderer.count(of: value) <= limit else {
                    throw renderer.error(.type("only a string can be truncated, not \(value.typeName)"))
                }
                return value
            }
            return .text(
                try renderer.truncated(
                    renderer.text(value), to: renderer.integer(bound[0], or: 255),
                    killsWords: bound[1]?.isTrue ?? false, end: renderer.text(bound[2], or: "..."),
                    leeway: renderer.optionalInteger(bound[3]) ?? 5))
        },
        "format": Filter { renderer, value, arguments throws(TemplateError) in
            let format = try renderer.text(of: value)
            guard !arguments.named.isEmpty else {
                return .text(try renderer.percentFormat(format, renderer.makeTuple(arguments.positional)))
            }
            guard arguments.positional.isEmpty else {
                throw renderer.error(.type("format takes arguments with or without names, not both"))
            }
            try renderer.claim(arguments.named.count * Footprint.member)
            let mapping = Mapping()
            for (name, value) in arguments.named { mapping[.text(name)] = value }
            return .text(try renderer.percentFormat(format, .mapping(mapping)))
        },
    ]

    private static let escape = ofText { renderer, text throws(TemplateError) in try renderer.escapedForHTML(text) }

    /// A filter without arguments that gives what the value prints, with the same bytes.
    private static func ofUnchangedText(_ body: @escaping @Sendable (Text) -> Text) -> Filter {
        Filter { renderer, value, arguments throws(TemplateError) in
            try renderer.bindNone(arguments)
            return .text(body(try renderer.text(of: value)))
        }
    }

    /// A filter without arguments that works on what the value prints.
    private static func ofText(
        _ body: @escaping @Sendable (Renderer, Text) throws(TemplateError) -> Text
    ) -> Filter {
        Filter { renderer, value, arguments throws(TemplateError) in
            try renderer.bindNone(arguments)
            let text = try renderer.text(of: value)
            try renderer.charge(scalarsOf: text)
            return .text(try body(renderer, text))
        }
    }
}
