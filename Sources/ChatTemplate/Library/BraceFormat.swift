extension Renderer {
    /// Python's `str.format`, with the members that a template may see.
    func braceFormat(_ format: Text, _ arguments: CallArguments) throws(TemplateError) -> Text {
        var formatter = BraceFormatter(renderer: self, arguments: arguments)
        return try formatter.run(format, depth: 0)
    }
}

private struct BraceFormatter {
    let renderer: Renderer
    let arguments: CallArguments
    /// Places that have no number take the next argument.
    private var nextNumber: Int? = 0
    private static let open = UInt8(ascii: "{")
    private static let close = UInt8(ascii: "}")

    init(renderer: Renderer, arguments: CallArguments) {
        self.renderer = renderer
        self.arguments = arguments
    }

    /// - Parameter depth: places within the specification of a place, of which Python allows one level.
    mutating func run(_ format: Text, depth: Int) throws(TemplateError) -> Text {
        guard depth < 2 else { throw renderer.error(.value("places in the format are nested too deeply")) }
        try renderer.charge(bytes: format.count)
        var builder = TextBuilder()
        var (start, at) = (0, 0)
        let bytes = format.bytes
        while at < bytes.count {
            guard bytes[at] == BraceFormatter.open || bytes[at] == BraceFormatter.close else {
                at += 1
                continue
            }
            try renderer.append(format[start..<at], to: &builder)
            if at + 1 < bytes.count, bytes[at + 1] == bytes[at] {
                try renderer.append(format[at..<at + 1], to: &builder)
                at += 2
            } else if bytes[at] == BraceFormatter.open {
                let end = try endOfPlace(bytes, from: at + 1)
                try renderer.append(place(format[at + 1..<end], depth: depth), to: &builder)
                at = end + 1
            } else {
                throw renderer.error(.value("a single '}' in the format"))
            }
            start = at
        }
        try renderer.append(format[start...], to: &builder)
        return builder.text
    }

    private func endOfPlace(_ bytes: [UInt8], from start: Int) throws(TemplateError) -> Int {
        var open = 1
        for at in start..<bytes.count {
            if bytes[at] == BraceFormatter.open { open += 1 }
            if bytes[at] == BraceFormatter.close { open -= 1 }
            if open == 0 { return at }
        }
        throw renderer.error(.value("a '{' in the format is not closed"))
    }

    private mutating func place(_ place: Text, depth: Int) throws(TemplateError) -> Text {
        var end = place.count
        var specification = Text.empty
        var conversion: Text?
        var isInBrackets = false
        for (at, byte) in place.bytes.enumerated() {
            if byte == UInt8(ascii: "[") { isInBrackets = true }
            if byte == UInt8(ascii: "]") { isInBrackets = false }
            guard !isInBrackets, byte == UInt8(ascii: ":") || byte == UInt8(ascii: "!") else { continue }
            end = at
            var rest = place[(at + 1)...]
            if byte == UInt8(ascii: "!") {
                let colon = rest.firstOffset(of: ":")
                conversion = rest[..<(colon ?? rest.count)]
                rest = colon.map { rest[($0 + 1)...] } ?? .empty
            }
            specification = rest
            break
        }
        var value = try field(place[..<end])
        specification = try run(specification, depth: depth + 1)
        switch conversion?.string {
        case nil: break
        case "s": value = .text(try renderer.text(of: value))
        case "r", "a":
            value = .text(try renderer.representation(of: value))
        default: throw renderer.error(.value("the format has an unknown conversion"))
        }
        return try ValueFormat(specification, renderer).apply(to: value)
    }

    /// `0.name[key]`
    private mutating func field(_ field: Text) throws(TemplateError) -> Value {
        var at = field.bytes.firstIndex { $0 == UInt8(ascii: ".") || $0 == UInt8(ascii: "[") } ?? field.count
        var value = try argument(field[..<at])
        while at < field.count {
            let isMember = field.bytes[at] == UInt8(ascii: ".")
            let start = at + 1
            at = start
            let ends = isMember ? Array(".[".utf8) : Array("]".utf8)
            while at < field.count, !ends.contains(field.bytes[at]) { at += 1 }
            let name = field[start..<at]
            guard !name.isEmpty else { throw renderer.error(.value("a member in the format has no name")) }
            if isMember {
                value = try renderer.member(named: name, of: value)
            } else {
                guard at < field.count else { throw renderer.error(.value("a '[' in the format is not closed")) }
                at += 1
                value = try renderer.element(Int(name.string).map { .integer($0) } ?? .text(name), of: value)
            }
        }
        return value
    }

    private mutating func argument(_ name: Text) throws(TemplateError) -> Value {
        var number = Int(name.string)
        if name.isEmpty {
            guard let next = nextNumber else { throw renderer.error(.value("places with and without numbers")) }
            number = next
            nextNumber = next + 1
        } else if number != nil {
            if let next = nextNumber, next > 0 { throw renderer.error(.value("places with and without numbers")) }
            nextNumber = nil
        }
        if let number {
            guard arguments.positional.indices.contains(number) else {
                throw renderer.error(.value("the format has more places than arguments"))
            }
            return arguments.positional[number]
        }
        guard let found = arguments.named.first(where: { $0.name == name }) else {
            throw renderer.error(.value("there is no \(name.string.debugDescription) for the format"))
        }
        return found.value
    }
}
