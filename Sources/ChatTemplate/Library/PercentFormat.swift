/// One place of a `%` format.
private struct PercentSpecification {
    var name: Text?
    var isLeft = false
    var hasPlus = false
    var hasSpace = false
    var hasZeros = false
    var isAlternate = false
    var width = 0
    var precision: Int?
    var type: UInt8 = 0
}

extension Renderer {
    /// Python's `format % arguments`.
    func percentFormat(_ format: Text, _ arguments: Value) throws(TemplateError) -> Text {
        try charge(bytes: format.count)
        var formatter = PercentFormatter(renderer: self, format: format, arguments: arguments)
        return try formatter.run().asMarkup(format.isMarkup)
    }
}

private struct PercentFormatter {
    let renderer: Renderer
    let format: Text
    private let arguments: Value
    /// What the places take in order.
    private var ordered: [Value]
    private var taken = 0
    private var at = 0
    private var builder = TextBuilder()

    init(renderer: Renderer, format: Text, arguments: Value) {
        self.renderer = renderer
        self.format = format
        self.arguments = arguments
        if case .tuple(let list) = arguments { ordered = list.elements } else { ordered = [arguments] }
    }

    mutating func run() throws(TemplateError) -> Text {
        while let percent = format.firstOffset(of: "%", from: at) {
            try renderer.append(format[at..<percent], to: &builder)
            at = percent + 1
            try renderer.charge(Footprint.objectSteps)
            try writeNext(readSpecification())
        }
        try renderer.append(format[at...], to: &builder)
        if case .mapping = arguments { return builder.text }
        // One value that can be asked by key need not be used.
        switch arguments {
        case .list, .range, .undefined: break
        default:
            guard taken == ordered.count else {
                throw renderer.error(.type("not all arguments are used by the format"))
            }
        }
        return builder.text
    }

    private mutating func next() throws(TemplateError) -> Value {
        guard taken < ordered.count else { throw renderer.error(.type("the format has more places than arguments")) }
        taken += 1
        return ordered[taken - 1]
    }

    // MARK: - Specifications

    private var byte: UInt8? { at < format.count ? format.bytes[at] : nil }

    private mutating func readSpecification() throws(TemplateError) -> PercentSpecification {
        var specification = PercentSpecification()
        if byte == UInt8(ascii: "(") {
            var open = 1
            let start = at + 1
            at = start
            while let byte, open > 0 {
                if byte == UInt8(ascii: "(") { open += 1 }
                if byte == UInt8(ascii: ")") { open -= 1 }
                at += 1
            }
            guard open == 0 else { throw renderer.error(.value("a name in the format is not closed")) }
            specification.name = format[start..<at - 1]
        }
        flags: while let byte {
            switch byte {
            case UInt8(ascii: "-"): specification.isLeft = true
            case UInt8(ascii: "+"): specification.hasPlus = true
            case UInt8(ascii: " "): specification.hasSpace = true
            case UInt8(ascii: "0"): specification.hasZeros = true
            case UInt8(ascii: "#"): specification.isAlternate = true
            default: break flags
            }
            at += 1
        }
        if let width = try readNumber() {
            specification.width = width == .min ? .max : abs(width)
            if width < 0 { specification.isLeft = true }
        }
        if byte == UInt8(ascii: ".") {
            at += 1
            specification.precision = max(try readNumber() ?? 0, 0)
        }
        while let byte, "hlL".utf8.contains(byte) { at += 1 }
        guard let type = byte else { throw renderer.error(.value("the format is incomplete")) }
        specification.type = type
        at += 1
        return specification
    }

    private mutating func readNumber() throws(TemplateError) -> Int? {
        if byte == UInt8(ascii: "*") {
            at += 1
            return try renderer.integer(try next())
        }
        var number: Int?
        while let byte, UInt8(ascii: "0")...UInt8(ascii: "9") ~= byte {
            number = min((number ?? 0) * 10 + Int(byte - UInt8(ascii: "0")), 1 << 40)
            at += 1
        }
        return number
    }

    // MARK: - Values

    private mutating func writeNext(_ specification: PercentSpecification) throws(TemplateError) {
        if specification.type == UInt8(ascii: "%") { return builder.append("%") }
        let value: Value
        if let name = specification.name {
            guard case .mapping(let mapping) = arguments else {
                throw renderer.error(.type("a format with names needs a mapping"))
            }
            guard let member = mapping[name] else {
                throw renderer.error(.value("there is no \(name.string.debugDescription) for the format"))
            }
            value = member
        } else {
            value = try next()
        }
        switch specification.type {
        case UInt8(ascii: "s"):
            var text = try renderer.text(of: value)
            if format.isMarkup { text = try renderer.escapedForHTML(text) }
            try pad(limited(text, specification), specification)
        case UInt8(ascii: "r"), UInt8(ascii: "a"):
            try pad(limited(renderer.representation(of: value), specification), specification)
        case UInt8(ascii: "c"): try pad(character(value), specification)
        case UInt8(ascii: "d"), UInt8(ascii: "i"), UInt8(ascii: "u"):
            if case .largeInteger(let large) = value {
                let digits = large.isNegative ? String(large.digits.dropFirst()) : large.digits
                return try writeNumber(digits, isNegative: large.isNegative, specification)
            }
            let integer = try integer(value)
            try writeNumber(zeros(String(integer.magnitude), specification), isNegative: integer < 0, specification)
        case UInt8(ascii: "x"), UInt8(ascii: "X"), UInt8(ascii: "o"):
            guard let integer = value.integer else {
                throw try renderer.typeError(value, "expected an integer, not \(value.typeName)")
            }
            let radix = specification.type == UInt8(ascii: "o") ? 8 : 16
            let isUpper = specification.type == UInt8(ascii: "X")
            let digits = zeros(String(integer.magnitude, radix: radix, uppercase: isUpper), specification)
            let prefix = specification.isAlternate ? (radix == 8 ? "0o" : isUpper ? "0X" : "0x") : ""
            try writeNumber(digits, isNegative: integer < 0, prefix: prefix, specification)
        case UInt8(ascii: "e"), UInt8(ascii: "E"), UInt8(ascii: "f"), UInt8(ascii: "F"), UInt8(ascii: "g"),
            UInt8(ascii: "G"):
            try writeFloat(value, specification)
        default:
            throw renderer.error(
                .value("the format has no type '\(String(Unicode.Scalar(specification.type)))'"))
        }
    }

    private func integer(_ value: Value) throws(TemplateError) -> Int {
        guard case .float(let float) = value else {
            guard let integer = value.integer else {
                throw try renderer.typeError(value, "expected a number, not \(value.typeName)")
            }
            return integer
        }
        guard let integer = Int(exactly: float.rounded(.towardZero)) else { throw renderer.error(.integerOverflow) }
        return integer
    }

    private mutating func writeFloat(_ value: Value, _ specification: PercentSpecification) throws(TemplateError) {
        var float = value.number?.double
        if case .largeInteger(let large) = value { float = large.double }
        guard let float else { throw try renderer.typeError(value, "expected a number, not \(value.typeName)") }
        let precision = specification.precision ?? 6
        guard precision <= 10_000 else { throw renderer.error(.value("the precision is too large")) }
        try renderer.charge(4 * Renderer.numberSteps + precision)
        let digits = formatted(
            float.magnitude, Character(Unicode.Scalar(specification.type)), precision: precision,
            isAlternate: specification.isAlternate)
        try writeNumber(digits, isNegative: float.sign == .minus && !float.isNaN, specification)
    }

    private func character(_ value: Value) throws(TemplateError) -> Text {
        if case .text(let text) = value, text.scalarCount == 1 { return text }
        guard let integer = value.integer, let scalar = UInt32(exactly: integer).flatMap(Unicode.Scalar.init) else {
            throw try renderer.typeError(value, "expected a character")
        }
        return Text(String(scalar))
    }

    // MARK: - Layout

    private func limited(_ text: Text, _ specification: PercentSpecification) -> Text {
        specification.precision.map { text[..<text.offset(ofScalar: $0)] } ?? text
    }

    private func zeros(_ digits: String, _ specification: PercentSpecification) -> String {
        let missing = min(specification.precision ?? 0, 10_000) - digits.utf8.count
        return String(repeating: "0", count: max(missing, 0)) + digits
    }

    private mutating func writeNumber(
        _ digits: String, isNegative: Bool, prefix: String = "", _ specification: PercentSpecification
    ) throws(TemplateError) {
        let sign = isNegative ? "-" : specification.hasPlus ? "+" : specification.hasSpace ? " " : ""
        var digits = digits
        if specification.hasZeros, !specification.isLeft {
            let missing = specification.width - sign.utf8.count - prefix.utf8.count - digits.utf8.count
            if missing > 0 {
                try renderer.reserve(bytes: missing)
                digits = String(repeating: "0", count: missing) + digits
            }
        }
        try pad(Text(sign + prefix + digits), specification)
    }

    private mutating func pad(_ text: Text, _ specification: PercentSpecification) throws(TemplateError) {
        let padded = try renderer.padded(
            text, to: specification.width, with: " ", specification.isLeft ? .left : .right)
        try renderer.append(padded, to: &builder)
    }
}
