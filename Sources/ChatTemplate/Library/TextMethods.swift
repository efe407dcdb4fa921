extension Method {
    static let ofTexts = byName(caseMethods + splittingMethods + searchingMethods + kindMethods + otherMethods)

    /// A method without arguments.
    fileprivate static func plain(_ name: String, _ body: @escaping @Sendable (Text) -> Value) -> Method {
        Method(name) { renderer, receiver, arguments throws(TemplateError) in
            try renderer.bindNone(arguments)
            let text = try renderer.text(receiver)
            try renderer.charge(scalarsOf: text)
            let result = body(text)
            if text.isMarkup, case .text(let changed) = result { return .text(changed.asMarkup()) }
            return result
        }
    }

    private static let caseMethods = [
        plain("upper") { .text($0.uppercased) },
        plain("lower") { .text($0.lowercased) },
        plain("capitalize") { .text($0.capitalized) },
        plain("title") { .text($0.titlecased) },
        plain("swapcase") { .text($0.caseSwapped) },
        plain("casefold") { .text($0.caseFolded) },
    ]

    private static let kindMethods = [
        plain("islower") { .bool($0.isLowercase) },
        plain("isupper") { .bool($0.isUppercase) },
        plain("istitle") { .bool($0.isTitlecase) },
        plain("isascii") { .bool($0.isASCII) },
        plain("isdigit") { $0.all(\.isPythonDigit) },
        plain("isdecimal") { $0.all(\.isPythonDecimal) },
        plain("isnumeric") { $0.all(\.isPythonNumeric) },
        plain("isalpha") { $0.all(\.isPythonAlphabetic) },
        plain("isalnum") { $0.all(\.isPythonAlphanumeric) },
        plain("isspace") { $0.all(\.isPythonSpace) },
        plain("isprintable") { .bool($0.scalars.allSatisfy(\.isPythonPrintable)) },
        plain("isidentifier") { text in
            guard let first = text.scalars.first else { return .bool(false) }
            let isStart = first.properties.isXIDStart || first == "_"
            return .bool(isStart && text.scalars.allSatisfy { $0.properties.isXIDContinue })
        },
    ]

    // MARK: - Taking apart

    private static let splittingMethods = [
        strip("strip", start: true, end: true), strip("lstrip", start: true, end: false),
        strip("rstrip", start: false, end: true),
        Method("split") { renderer, receiver, arguments throws(TemplateError) in
            let bound = try renderer.bind(arguments, ["sep", "maxsplit"])
            return try renderer.splitText(receiver, bound, fromEnd: false)
        },
        Method("rsplit") { renderer, receiver, arguments throws(TemplateError) in
            let bound = try renderer.bind(arguments, ["sep", "maxsplit"])
            return try renderer.splitText(receiver, bound, fromEnd: true)
        },
        Method("splitlines") { renderer, receiver, arguments throws(TemplateError) in
            let keepsEnds = try renderer.bind(arguments, ["keepends"])[0]?.isTrue ?? false
            let text = try renderer.text(receiver)
            try renderer.charge(scalarsOf: text)
            var lines: [Value] = []
            var at = 0
            while let line = text.line(from: at) {
                let part = text[at..<(keepsEnds ? line.end : line.text.upperBound)]
                lines.append(try renderer.added(part))
                at = line.end
            }
            return try renderer.makeList(lines)
        },
        Method("partition") { renderer, receiver, arguments throws(TemplateError) in
            try renderer.partition(receiver, arguments, fromEnd: false)
        },
        Method("rpartition") { renderer, receiver, arguments throws(TemplateError) in
            try renderer.partition(receiver, arguments, fromEnd: true)
        },
        Method("removeprefix") { renderer, receiver, arguments throws(TemplateError) in
            let prefix = try renderer.text(
                try renderer.bind(arguments, ["prefix"], required: 1, takesNames: false)[0])
            let text = try renderer.text(receiver)
            try renderer.charge(bytes: text.count)
            try renderer.claim(text.footprint)
            return .text(text.hasPrefix(prefix) ? text[prefix.count...] : text)
        },
        Method("removesuffix") { renderer, receiver, arguments throws(TemplateError) in
            let suffix = try renderer.text(
                try renderer.bind(arguments, ["suffix"], required: 1, takesNames: false)[0])
            let text = try renderer.text(receiver)
            try renderer.charge(bytes: text.count)
            try renderer.claim(text.footprint)
            return .text(!suffix.isEmpty && text.hasSuffix(suffix) ? text[..<(text.count - suffix.count)] : text)
        },
    ]

    private static func strip(_ name: String, start: Bool, end: Bool) -> Method {
        Method(name) { renderer, receiver, arguments throws(TemplateError) in
            let characters = try renderer.optionalText(
                try renderer.bind(arguments, ["chars"], takesNames: false)[0])
            return .text(try renderer.stripped(renderer.text(receiver), of: characters, start: start, end: end))
        }
    }

    // MARK: - Searching

    private static let searchingMethods = [
        find("find", fromEnd: false, isRequired: false), find("rfind", fromEnd: true, isRequired: false),
        find("index", fromEnd: false, isRequired: true), find("rindex", fromEnd: true, isRequired: true),
        Method("count") { renderer, receiver, arguments throws(TemplateError) in
            let (text, part, range) = try renderer.search(receiver, arguments)
            guard let range, !part.isEmpty else {
                return .integer(range.map { text[$0].scalarCount + 1 } ?? 0)
            }
            var (count, at) = (0, range.lowerBound)
            while let found = text.firstOffset(of: part, from: at, to: range.upperBound) {
                count += 1
                at = found + part.count
            }
            return .integer(count)
        },
        affix("startswith") { text, affix, range in
            text.hasPrefix(affix, at: range.lowerBound) && range.lowerBound + affix.count <= range.upperBound
        },
        affix("endswith") { text, affix, range in
            text.hasPrefix(affix, at: range.upperBound - affix.count)
                && range.upperBound - affix.count >= range.lowerBound
        },
    ]

    private static func find(_ name: String, fromEnd: Bool, isRequired: Bool) -> Method {
        Method(name) { renderer, receiver, arguments throws(TemplateError) in
            let (text, part, range) = try renderer.search(receiver, arguments)
            if fromEnd { try renderer.charge(bytes: renderer.product(text.count, part.count)) }
            let found = range.flatMap { range in
                fromEnd
                    ? text.lastOffset(of: part, from: range.lowerBound, to: range.upperBound)
                    : text.firstOffset(of: part, from: range.lowerBound, to: range.upperBound)
            }
            if let found { return .integer(text.scalarNumber(at: found)) }
            guard !isRequired else { throw renderer.error(.value("the string is not found")) }
            return .integer(-1)
        }
    }

    private static func affix(
        _ name: String, _ matches: @escaping @Sendable (Text, Text, Range<Int>) -> Bool
    ) -> Method {
        Method(name) { renderer, receiver, arguments throws(TemplateError) in
            let bound = try renderer.bind(arguments, ["affix", "start", "end"], required: 1, takesNames: false)
            let text = try renderer.text(receiver)
            try renderer.charge(bytes: text.count)
            guard let range = try renderer.range(of: text, bound[1], bound[2]) else { return .bool(false) }
            guard case .tuple(let affixes)? = bound[0] else {
                return .bool(matches(text, try renderer.text(bound[0]), range))
            }
            for affix in affixes.elements {
                let affix = try renderer.text(affix)
                try renderer.charge(bytes: affix.count)
                if matches(text, affix, range) { return .bool(true) }
            }
            return .bool(false)
        }
    }

    // MARK: - Others

    private static let otherMethods = [
        Method("replace") { renderer, receiver, arguments throws(TemplateError) in
            let bound = try renderer.bind(arguments, ["old", "new", "count"], required: 2, takesNames: false)
            let text = try renderer.text(receiver)
            let old = try renderer.text(bound[0])
            let new = try renderer.text(bound[1])
            let replaced = try renderer.replacing(
                old, with: text.isMarkup ? renderer.escapedForHTML(new) : new, in: text,
                atMost: bound[2].map { value throws(TemplateError) in try renderer.integer(value) })
            return .text(replaced.asMarkup(text.isMarkup))
        },
        Method("join") { renderer, receiver, arguments throws(TemplateError) in
            let sequence = try renderer.bind(arguments, ["iterable"], required: 1, takesNames: false)[0] ?? .none
            let separator = try renderer.text(receiver)
            var builder = TextBuilder()
            for (index, element) in try renderer.elements(of: sequence).enumerated() {
                if index > 0 { try renderer.append(separator, to: &builder) }
                guard case .text(let text) = element else {
                    throw renderer.error(.type("join joins strings, not \(element.typeName)"))
                }
                try renderer.append(text, to: &builder)
            }
            return .text(builder.text)
        },
        Method("format") { renderer, receiver, arguments throws(TemplateError) in
            .text(try renderer.braceFormat(renderer.text(receiver), arguments))
        },
        Method("format_map") { renderer, receiver, arguments throws(TemplateError) in
            let bound = try renderer.bind(arguments, ["mapping"], required: 1, takesNames: false)
            guard case .mapping(let mapping)? = bound[0] else {
                throw renderer.error(.type("format_map needs a mapping"))
            }
            try renderer.charge(mapping.count)
            try renderer.claim(mapping.count * Footprint.member)
            var named = CallArguments()
            for (key, value) in zip(mapping.keys, mapping.values) {
                if case .text(let name) = key { named.named.append((name, value)) }
            }
            return .text(try renderer.braceFormat(renderer.text(receiver), named))
        },
        pad("ljust", .left), pad("rjust", .right), pad("center", .center),
        Method("zfill") { renderer, receiver, arguments throws(TemplateError) in
            let width = try renderer.integer(
                try renderer.bind(arguments, ["width"], required: 1, takesNames: false)[0])
            let text = try renderer.text(receiver)
            let hasSign = text.bytes.first == UInt8(ascii: "-") || text.bytes.first == UInt8(ascii: "+")
            var builder = TextBuilder()
            if hasSign { builder.append(text[0..<1]) }
            let digits = hasSign ? text[1...] : text
            try renderer.append(
                renderer.padded(digits, to: hasSign ? width - 1 : width, with: "0", .right), to: &builder)
            return .text(builder.text)
        },
        Method("expandtabs") { renderer, receiver, arguments throws(TemplateError) in
            let size = try renderer.integer(try renderer.bind(arguments, ["tabsize"])[0], or: 8)
            let text = try renderer.text(receiver)
            var builder = TextBuilder()
            var column = 0
            var at = 0
            while at < text.count {
                let character = text.character(at: at)
                at += character.count
                switch character.bytes[0] {
                case UInt8(ascii: "\t"):
                    let width = size > 0 ? size - column % size : 0
                    try renderer.append(repeating: UInt8(ascii: " "), count: width, to: &builder)
                    column += width
                case UInt8(ascii: "\n"), UInt8(ascii: "\r"):
                    try renderer.append(character, to: &builder)
                    column = 0
                default:
                    try renderer.append(character, to: &builder)
                    column += 1
                }
            }
            return .text(builder.text)
        },
    ]

    private static func pad(_ name: String, _ alignment: Alignment) -> Method {
        Method(name) { renderer, receiver, arguments throws(TemplateError) in
            let bound = try renderer.bind(arguments, ["width", "fillchar"], required: 1, takesNames: false)
            let fill = try renderer.text(bound[1], or: " ")
            guard fill.scalarCount == 1 else { throw renderer.error(.type("what fills must be one character")) }
            return .text(
                try renderer.padded(renderer.text(receiver), to: renderer.integer(bound[0]), with: fill, alignment))
        }
    }
}

extension Text {
    /// Python's `isalpha` and its like: false for an empty text.
    fileprivate func all(_ isOne: (Unicode.Scalar) -> Bool) -> Value { .bool(!isEmpty && scalars.allSatisfy(isOne)) }

    fileprivate var isTitlecase: Bool {
        var (isAfterCased, isFound) = (false, false)
        for scalar in scalars {
            if scalar.properties.isUppercase || scalar.isPythonTitlecase {
                if isAfterCased { return false }
                (isAfterCased, isFound) = (true, true)
            } else if scalar.properties.isLowercase {
                if !isAfterCased { return false }
                (isAfterCased, isFound) = (true, true)
            } else {
                isAfterCased = false
            }
        }
        return isFound
    }
}
