extension Renderer {
    /// What `{{ }}` prints: Python's `str`.
    func text(of value: Value) throws(TemplateError) -> Text {
        switch value {
        case .text(let text): return text
        case .undefined: return .empty
        case .none: return "None"
        case .bool(let value): return value ? "True" : "False"
        case .integer(let value): return Text(String(value))
        default: return try representation(of: value)
        }
    }

    /// Python's `repr`.
    func representation(of value: Value) throws(TemplateError) -> Text {
        var builder = TextBuilder()
        try write(value, to: &builder)
        try claim(Footprint.object + 2 * builder.count)
        return builder.text
    }

    func print(_ value: Value) throws(TemplateError) {
        try print(text(of: value))
    }

    func print(_ text: Text) throws(TemplateError) {
        guard output.count + text.count <= limits.outputByteCount else {
            throw error(.outputTooLong(limit: limits.outputByteCount))
        }
        try charge(appending: text)
        output.append(text)
    }

    func append(_ text: Text, to builder: inout TextBuilder) throws(TemplateError) {
        guard builder.count + text.count <= limits.textByteCount else {
            throw error(.textTooLong(limit: limits.textByteCount))
        }
        try charge(appending: text)
        builder.append(text)
    }

    /// What is appended may make a buffer twice as long as needed.
    @inline(__always)
    private func charge(appending text: Text) throws(TemplateError) {
        try charge(bytes: text.count)
        try claim(2 * text.count)
        if case .mixed(let ranges) = text.origin { try charge(ranges.count) }
        if text.origin.isTouched { try claim(2 * text.origin.footprint + Footprint.range) }
    }

    /// Markup, which is not escaped again.
    func escapedForHTML(_ text: Text) throws(TemplateError) -> Text {
        guard !text.isMarkup else { return text }
        try charge(bytes: text.count)
        let escapes: [UInt8: Text] = [
            UInt8(ascii: "&"): "&amp;", UInt8(ascii: "<"): "&lt;", UInt8(ascii: ">"): "&gt;",
            UInt8(ascii: "\""): "&#34;", UInt8(ascii: "'"): "&#39;",
        ]
        var builder = TextBuilder()
        var start = 0
        for (offset, byte) in text.bytes.enumerated() {
            guard let escape = escapes[byte] else { continue }
            try append(text[start..<offset], to: &builder)
            try append(Text(escape.bytes, computedFrom: text[offset..<offset + 1]), to: &builder)
            start = offset + 1
        }
        try append(text[start...], to: &builder)
        return builder.text.asMarkup()
    }

    /// Counts spaces, or other bytes of the template.
    func append(repeating byte: UInt8, count: Int, to builder: inout TextBuilder) throws(TemplateError) {
        guard count <= limits.textByteCount - builder.count else {
            throw error(.textTooLong(limit: limits.textByteCount))
        }
        try charge(bytes: count)
        try claim(2 * count)
        builder.append(repeating: byte, count: count)
    }

    /// Writes what `representation` gives.
    func write(_ value: Value, to builder: inout TextBuilder) throws(TemplateError) {
        try charge()
        guard builder.count <= limits.textByteCount else { throw error(.textTooLong(limit: limits.textByteCount)) }
        switch value {
        case .text(let text):
            if text.isMarkup { builder.append("Markup(") }
            try append(quoted(text), to: &builder)
            if text.isMarkup { builder.append(")") }
        case .undefined: builder.append("Undefined")
        case .none: builder.append("None")
        case .bool(let value): builder.append(value ? "True" : "False")
        case .integer(let value): builder.append(String(value))
        case .largeInteger(let value): builder.append(value.digits)
        case .float(let value):
            try charge(Renderer.numberSteps)
            builder.append(pythonDescription(of: value))
        case .list(let list):
            builder.append("[")
            try write(list.elements, to: &builder)
            builder.append("]")
        case .tuple(let list):
            builder.append("(")
            try write(list.elements, to: &builder)
            builder.append(list.elements.count == 1 ? ",)" : ")")
        case .mapping(let mapping): try write(mapping, to: &builder)
        case .range(let range):
            builder.append("range(\(range.start), \(range.stop)")
            builder.append(range.step == 1 ? ")" : ", \(range.step))")
        case .view(let view):
            builder.append(view.kind == .keys ? "dict_keys([" : view.kind == .values ? "dict_values([" : "dict_items([")
            try write(view.elements, to: &builder)
            builder.append("])")
        case .namespace(let namespace): try write(namespace, to: &builder)
        case .loop(let loop):
            let length = try length(of: loop)
            builder.append("<LoopContext \(loop.index0 + 1)/\(length)>")
        case .macro(let macro):
            guard let name = macro.definition.name else { return builder.append("<Macro anonymous>") }
            builder.append("<Macro '\(name)'>")
        default: builder.append("<\(value.typeName)>")
        }
    }

    private func write(_ elements: [Value], to builder: inout TextBuilder) throws(TemplateError) {
        for (index, element) in elements.enumerated() {
            if index > 0 { builder.append(", ") }
            try write(element, to: &builder)
        }
    }

    private func write(_ mapping: Mapping, to builder: inout TextBuilder) throws(TemplateError) {
        builder.append("{")
        for (index, (key, value)) in zip(mapping.keys, mapping.values).enumerated() {
            if index > 0 { builder.append(", ") }
            try write(key, to: &builder)
            builder.append(": ")
            try write(value, to: &builder)
        }
        builder.append("}")
    }

    private func write(_ namespace: Namespace, to builder: inout TextBuilder) throws(TemplateError) {
        // It may contain itself.
        guard stack.isSufficient else {
            throw error(.stackExhausted)
        }
        builder.append("<Namespace ")
        try write(namespace.members, to: &builder)
        builder.append(">")
    }

    /// A text in quotes, with Python's escapes.
    private func quoted(_ text: Text) throws(TemplateError) -> Text {
        try charge(bytes: text.count)
        let hasSingle = text.bytes.contains(UInt8(ascii: "'"))
        let hasDouble = text.bytes.contains(UInt8(ascii: "\""))
        let quote = hasSingle && !hasDouble ? UInt8(ascii: "\"") : UInt8(ascii: "'")
        var builder = TextBuilder()
        builder.append(quote)
        if text.bytes.allSatisfy({ $0 >= 0x20 && $0 < 0x7F && $0 != UInt8(ascii: "\\") && $0 != quote }) {
            builder.append(text)
        } else {
            try charge(2 * text.count)
            try claim(Footprint.scalar * text.count)
            var escaped = ""
            for scalar in text.scalars { escaped += pythonEscape(of: scalar, quote: quote) }
            builder.append(Text(escaped, computedFrom: text))
        }
        builder.append(quote)
        return builder.text
    }
}

/// How Python's `repr` writes a scalar.
private func pythonEscape(of scalar: Unicode.Scalar, quote: UInt8) -> String {
    switch scalar {
    case "\\": return "\\\\"
    case "\n": return "\\n"
    case "\r": return "\\r"
    case "\t": return "\\t"
    case Unicode.Scalar(quote): return "\\" + String(scalar)
    case _ where scalar.isPythonPrintable: return String(scalar)
    default:
        let digits = String(scalar.value, radix: 16)
        let (letter, width) = scalar.value < 0x100 ? ("x", 2) : scalar.value < 0x10000 ? ("u", 4) : ("U", 8)
        return "\\" + letter + String(repeating: "0", count: width - digits.count) + digits
    }
}

/// The shortest digits that give the same number, as Python writes them.
func pythonDescription(of value: Double) -> String {
    guard value.isFinite else { return value.isNaN ? "nan" : value < 0 ? "-inf" : "inf" }
    let sign = value.sign == .minus ? "-" : ""
    // Swift finds the same digits, but sets the point and the exponent elsewhere.
    var mantissa = value.magnitude.description
    var exponent = 0
    if let letter = mantissa.firstIndex(of: "e") {
        exponent = Int(mantissa[mantissa.index(after: letter)...]) ?? 0
        mantissa = String(mantissa[..<letter])
    }
    let parts = mantissa.split(separator: ".")
    let whole = parts.first ?? "0"
    var digits = Array((whole + (parts.count > 1 ? parts[1] : "")).utf8)
    // The value is 0.digits × 10^point.
    var point = whole.utf8.count + exponent
    let zeros = digits.prefix { $0 == UInt8(ascii: "0") }.count
    digits.removeFirst(zeros)
    point -= zeros
    while digits.last == UInt8(ascii: "0") { digits.removeLast() }
    guard !digits.isEmpty else { return sign + "0.0" }
    let all = String(decoding: digits, as: UTF8.self)
    if point <= -4 || point > 16 {
        let fraction = all.dropFirst()
        let power = point - 1
        let powerText = (power.magnitude < 10 ? "0" : "") + String(power.magnitude)
        return sign + all.prefix(1) + (fraction.isEmpty ? "" : "." + fraction) + (power < 0 ? "e-" : "e+") + powerText
    }
    if point <= 0 { return sign + "0." + String(repeating: "0", count: -point) + all }
    if point >= digits.count { return sign + all + String(repeating: "0", count: point - digits.count) + ".0" }
    return sign + all.prefix(point) + "." + all.dropFirst(point)
}
