/// Python's format specification: `[[fill]align][sign][#][0][width][,][.precision][type]`.
struct ValueFormat {
    private let renderer: Renderer
    private var fill: Text = " "
    private var alignment: UInt8?
    private var sign: UInt8 = UInt8(ascii: "-")
    /// Whether the width begins with 0: zeros then stand behind the sign of a number.
    private var padsWithZeros = false
    private var isAlternate = false
    private var width = 0
    private var separator: String?
    private var precision: Int?
    private var type: Character?
    private let isEmpty: Bool

    init(_ specification: Text, _ renderer: Renderer) throws(TemplateError) {
        self.renderer = renderer
        isEmpty = specification.isEmpty
        try renderer.claim(Footprint.scalar * specification.count)
        var scalars = Array(specification.scalars)[...]
        let alignments = Array("<>=^".unicodeScalars)
        if scalars.count > 1, let second = scalars.dropFirst().first, alignments.contains(second) {
            fill = Text(Array(String(scalars.removeFirst()).utf8), computedFrom: specification)
            alignment = UInt8(scalars.removeFirst().value)
        } else if let first = scalars.first, alignments.contains(first) {
            alignment = UInt8(scalars.removeFirst().value)
        }
        func take(_ wanted: String) -> Unicode.Scalar? {
            guard let first = scalars.first, wanted.unicodeScalars.contains(first) else { return nil }
            return scalars.removeFirst()
        }
        func takeNumber() -> Int? {
            var number: Int?
            while let digit = take("0123456789") { number = min((number ?? 0) * 10 + Int(digit.value) - 48, 1 << 40) }
            return number
        }
        if let sign = take("+- ") { self.sign = UInt8(sign.value) }
        isAlternate = take("#") != nil
        if take("0") != nil, alignment == nil {
            fill = "0"
            padsWithZeros = true
        }
        width = takeNumber() ?? 0
        separator = take(",_").map { String($0) }
        if take(".") != nil {
            guard let digits = takeNumber(), digits <= 10_000 else {
                throw renderer.error(.value("the precision of the format is missing or too large"))
            }
            precision = digits
        }
        type = scalars.popFirst().map { Character($0) }
        guard scalars.isEmpty else {
            throw renderer.error(.value("the format \(specification.string.debugDescription) is not valid"))
        }
    }

    func apply(to value: Value) throws(TemplateError) -> Text {
        switch value {
        case .text(let text): return try apply(to: text)
        case .bool where type == nil && !isEmpty: break
        case .integer, .float, .largeInteger: break
        case .bool where type != nil: break
        default:
            guard isEmpty else { throw try renderer.typeError(value, "\(value.typeName) takes no format") }
            return try renderer.text(of: value)
        }
        if isEmpty { return try renderer.text(of: value) }
        if case .largeInteger(let large) = value {
            let digits = large.isNegative ? String(large.digits.dropFirst()) : large.digits
            return try layOut(digits: digits, rest: "", isNegative: large.isNegative)
        }
        switch value.number {
        case .integer(let integer): return try apply(to: integer)
        case .float(let float): return try apply(to: float)
        case nil: return .empty
        }
    }

    private func apply(to text: Text) throws(TemplateError) -> Text {
        guard type == nil || type == "s", alignment != UInt8(ascii: "="), separator == nil, !isAlternate else {
            throw renderer.error(.value("the format is not one of strings"))
        }
        return try pad(precision.map { text[..<text.offset(ofScalar: $0)] } ?? text, standard: UInt8(ascii: "<"))
    }

    private func apply(to integer: Int) throws(TemplateError) -> Text {
        let radix: Int
        switch type {
        case nil, "d", "n": radix = 10
        case "x", "X": radix = 16
        case "o": radix = 8
        case "b": radix = 2
        case "c":
            guard let scalar = UInt32(exactly: integer).flatMap(Unicode.Scalar.init) else {
                throw renderer.error(.value("\(integer) is not a character"))
            }
            return try pad(Text(String(scalar)), standard: UInt8(ascii: "<"))
        case "e", "E", "f", "F", "g", "G", "%": return try apply(to: Double(integer))
        default: throw renderer.error(.value("integers have no format '\(type.map(String.init) ?? "")'"))
        }
        guard precision == nil else { throw renderer.error(.value("integers have no precision")) }
        let digits = String(integer.magnitude, radix: radix, uppercase: type == "X")
        let prefix = isAlternate && radix != 10 ? "0" + (type.map(String.init) ?? "") : ""
        return try layOut(
            digits: digits, rest: "", isNegative: integer < 0, prefix: prefix, groupSize: radix == 10 ? 3 : 4)
    }

    private func apply(to float: Double) throws(TemplateError) -> Text {
        try renderer.charge(4 * Renderer.numberSteps + (precision ?? 0))
        var digits: String
        let magnitude = float.magnitude
        switch type {
        case "e", "E", "f", "F", "g", "G":
            digits = formatted(
                magnitude, type ?? "f", precision: precision ?? 6, isAlternate: isAlternate)
        case "%": digits = formatted(magnitude * 100, "f", precision: precision ?? 6, isAlternate: isAlternate) + "%"
        case nil, "n":
            if let precision, float.isFinite {
                digits =
                    type == nil
                    ? general(magnitude, max(precision, 1)) : formatted(magnitude, "g", precision: precision)
            } else {
                digits = pythonDescription(of: magnitude)
            }
        default: throw renderer.error(.value("floats have no format '\(type.map(String.init) ?? "")'"))
        }
        let whole = digits.prefix { $0.isNumber }
        return try layOut(
            digits: String(whole), rest: String(digits.dropFirst(whole.count)),
            isNegative: float.sign == .minus && !float.isNaN)
    }

    /// Like `g`, but a float shows that it is one: by a digit behind the point, or else by an exponent.
    private func general(_ magnitude: Double, _ precision: Int) -> String {
        let digits = formatted(magnitude, "g", precision: precision)
        guard !digits.contains("."), !digits.contains("e") else { return digits }
        let scientific = formatted(magnitude, "e", precision: precision - 1)
        guard let letter = scientific.firstIndex(of: "e"),
            let exponent = Int(scientific[scientific.index(after: letter)...]), exponent >= precision - 1
        else { return digits + ".0" }
        var mantissa = scientific[..<letter]
        while mantissa.contains("."), mantissa.last == "0" || mantissa.last == "." { mantissa.removeLast() }
        return String(mantissa + scientific[letter...])
    }

    private func layOut(
        digits: String, rest: String, isNegative: Bool, prefix: String = "", groupSize: Int = 3
    ) throws(TemplateError) -> Text {
        let sign = isNegative ? "-" : sign == UInt8(ascii: "-") ? "" : String(Unicode.Scalar(sign))
        var digits = digits
        if let separator {
            let taken = sign.utf8.count + prefix.utf8.count + rest.utf8.count
            try renderer.reserve(bytes: width)
            if padsWithZeros { digits = filled(digits, to: width - taken, groupSize: groupSize) }
            digits = grouped(digits, by: separator, every: groupSize)
        }
        let body = digits + rest
        guard alignment == UInt8(ascii: "=") || padsWithZeros else {
            return try pad(Text(sign + prefix + body), standard: UInt8(ascii: ">"))
        }
        let head = sign + prefix
        var builder = TextBuilder()
        builder.append(head)
        try renderer.append(
            renderer.padded(Text(body), to: width - head.utf8.count, with: fill, .right), to: &builder)
        return builder.text
    }

    /// With zeros in front, so that the groups and their separators are at least as wide as wanted.
    private func filled(_ digits: String, to width: Int, groupSize: Int) -> String {
        var count = digits.utf8.count
        while count + (count - 1) / groupSize < width { count += 1 }
        return String(repeating: "0", count: count - digits.utf8.count) + digits
    }

    private func pad(_ text: Text, standard: UInt8) throws(TemplateError) -> Text {
        let side = alignment ?? standard
        if side == UInt8(ascii: "^") {
            // Unlike `center`, a format puts the odd one to the right.
            let missing = max(width - text.scalarCount, 0)
            let left = try renderer.padded(text, to: text.scalarCount + missing / 2, with: fill, .right)
            return try renderer.padded(left, to: width, with: fill, .left)
        }
        return try renderer.padded(text, to: width, with: fill, side == UInt8(ascii: "<") ? .left : .right)
    }
}
