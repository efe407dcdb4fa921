import JSON

extension Renderer {
    /// Python's `json.dumps`, with the defaults of transformers.
    func jsonText(of value: Value, _ arguments: CallArguments) throws(TemplateError) -> Text {
        let bound = try bind(arguments, ["ensure_ascii", "indent", "separators", "sort_keys"])
        var writer = JSONTextWriter(renderer: self)
        writer.isASCII = bound[0]?.isTrue ?? false
        writer.sortsKeys = bound[3]?.isTrue ?? false
        switch bound[1] {
        case nil, Value.none?: break
        case .text(let text)?: writer.indentation = text
        case let width?:
            let width = max(try integer(width), 0)
            try reserve(bytes: width)
            writer.indentation = Text(Array(repeating: UInt8(ascii: " "), count: width), .template)
        }
        if writer.indentation != nil { writer.itemSeparator = "," }
        if let separators = bound[2], !isNone(separators) {
            let pair = try elements(of: separators)
            guard pair.count == 2 else { throw error(.value("separators are two strings")) }
            writer.itemSeparator = try text(pair[0])
            writer.keySeparator = try text(pair[1])
        }
        try writer.write(value)
        return writer.builder.text
    }
}

private struct JSONTextWriter {
    let renderer: Renderer
    var isASCII = false
    var sortsKeys = false
    /// Nil for one line.
    var indentation: Text?
    var itemSeparator: Text = ", "
    var keySeparator: Text = ": "
    var builder = TextBuilder()
    private var level = 0

    init(renderer: Renderer) { self.renderer = renderer }

    mutating func write(_ value: Value) throws(TemplateError) {
        try renderer.charge()
        switch value {
        case .none: try append("null")
        case .bool(let value): try append(value ? "true" : "false")
        case .integer(let value): try append(Text(String(value)))
        case .largeInteger(let value): try append(Text(value.digits))
        case .float(let value):
            try renderer.charge(Renderer.numberSteps)
            try append(number(value))
        case .text(let text): try write(text)
        case .list(let list), .tuple(let list): try write(list.elements)
        case .mapping(let mapping): try write(mapping)
        default: throw try renderer.typeError(value, "\(value.typeName) cannot be written as JSON")
        }
    }

    private mutating func append(_ text: Text) throws(TemplateError) { try renderer.append(text, to: &builder) }

    private func number(_ value: Double) -> Text {
        guard value.isFinite else { return value.isNaN ? "NaN" : value < 0 ? "-Infinity" : "Infinity" }
        return Text(pythonDescription(of: value))
    }

    private mutating func write(_ elements: [Value]) throws(TemplateError) {
        guard !elements.isEmpty else { return try append("[]") }
        try append("[")
        level += 1
        for (index, element) in elements.enumerated() {
            try beginItem(index)
            try write(element)
        }
        try end("]")
    }

    private mutating func write(_ mapping: Mapping) throws(TemplateError) {
        guard mapping.count > 0 else { return try append("{}") }
        try append("{")
        level += 1
        var keys = mapping.keys
        if sortsKeys { keys = try renderer.inOrder(keys, by: keys, isReversed: false) }
        for (index, key) in keys.enumerated() {
            try beginItem(index)
            try write(key: key)
            try append(keySeparator)
            try renderer.checkKey(key)
            try write(mapping[key] ?? .none)
        }
        try end("}")
    }

    private mutating func write(key: Value) throws(TemplateError) {
        switch key {
        case .text(let text): try write(text)
        case .none, .bool, .integer, .largeInteger, .float:
            try append("\"")
            try write(key)
            try append("\"")
        default: throw try renderer.typeError(key, "\(key.typeName) cannot be a key in JSON")
        }
    }

    private mutating func beginItem(_ index: Int) throws(TemplateError) {
        if index > 0 { try append(itemSeparator) }
        try breakLine()
    }

    private mutating func end(_ bracket: Text) throws(TemplateError) {
        level -= 1
        try breakLine()
        try append(bracket)
    }

    private mutating func breakLine() throws(TemplateError) {
        guard let indentation else { return }
        try append("\n")
        for _ in 0..<level { try append(indentation) }
    }

    // MARK: - Strings

    private mutating func write(_ text: Text) throws(TemplateError) {
        try append("\"")
        let isPlain = text.bytes.allSatisfy {
            $0 >= 0x20 && $0 != UInt8(ascii: "\"") && $0 != UInt8(ascii: "\\") && (!isASCII || $0 < 0x7F)
        }
        if isPlain {
            try append(text)
        } else {
            try renderer.charge(isASCII ? 4 * text.count : 1 + text.count / 4)
            try renderer.claim(Footprint.scalar * text.count)
            try append(Text(escaped(text), computedFrom: text))
        }
        try append("\"")
    }

    private func escaped(_ text: Text) -> [UInt8] {
        var escaped: [UInt8] = []
        escaped.reserveCapacity(text.count + 16)
        var at = 0
        while at < text.count {
            let byte = text.bytes[at]
            if let escape = jsonEscape(of: byte) {
                escaped += Array(escape.utf8)
            } else if !isASCII || byte < 0x7F {
                escaped.append(byte)
            } else {
                let scalar = text.scalar(at: at)
                for unit in String(scalar).utf16 {
                    let digits = String(unit, radix: 16)
                    escaped += Array(("\\u" + String(repeating: "0", count: 4 - digits.count) + digits).utf8)
                }
                at += text.scalarLength(at: at) - 1
            }
            at += 1
        }
        return escaped
    }
}
