#if canImport(Darwin)
    import Darwin
#else
    import Glibc
#endif

extension Filter {
    static let numbers: [String: Filter] = [
        "abs": Filter { renderer, value, arguments throws(TemplateError) in
            try renderer.bindNone(arguments)
            switch value.number {
            case .integer(let integer):
                guard integer != .min else { throw renderer.error(.integerOverflow) }
                return .integer(abs(integer))
            case .float(let float): return .float(float.magnitude)
            case nil: throw try renderer.typeError(value, "\(value.typeName) has no absolute value")
            }
        },
        "int": Filter { renderer, value, arguments throws(TemplateError) in
            let bound = try renderer.bind(arguments, ["default", "base"])
            return try renderer.integer(from: value, base: renderer.integer(bound[1], or: 10))
                ?? bound[0] ?? .integer(0)
        },
        "float": Filter { renderer, value, arguments throws(TemplateError) in
            let bound = try renderer.bind(arguments, ["default"])
            switch value {
            case .undefined(let undefined): throw renderer.error(.undefined(undefined.message))
            case .text(let text): return try renderer.float(from: text).map { .float($0) } ?? bound[0] ?? .float(0)
            case .largeInteger(let large): return .float(large.double)
            default: return value.number.map { .float($0.double) } ?? bound[0] ?? .float(0)
            }
        },
        "round": Filter { renderer, value, arguments throws(TemplateError) in
            let bound = try renderer.bind(arguments, ["precision", "method"])
            return try renderer.rounded(
                value, precision: renderer.integer(bound[0], or: 0), method: renderer.text(bound[1], or: "common"))
        },
        "filesizeformat": Filter { renderer, value, arguments throws(TemplateError) in
            let isBinary = try renderer.bind(arguments, ["binary"])[0]?.isTrue ?? false
            var size = value.number?.double
            if case .text(let text) = value { size = try renderer.float(from: text) }
            try renderer.charge(4 * Renderer.numberSteps)
            guard let size else { throw try renderer.typeError(value, "\(value.typeName) is not a size") }
            return .text(fileSize(size, isBinary: isBinary))
        },
    ]

    private static func fileSize(_ size: Double, isBinary: Bool) -> String {
        if size == 1 { return "1 Byte" }
        let base = isBinary ? 1024.0 : 1000.0
        if size < base { return fixedPoint(size.rounded(.towardZero) + 0, precision: 0) + " Bytes" }
        var unit = base
        for prefix in "kMGTPEZY" {
            unit *= base
            guard size < unit || prefix == "Y" else { continue }
            let name = isBinary ? prefix.uppercased() + "i" : String(prefix)
            return fixedPoint(base * size / unit, precision: 1) + " " + name + "B"
        }
        return ""
    }
}

extension Renderer {
    /// Nil where Jinja takes the default.
    fileprivate func integer(from value: Value, base: Int) throws(TemplateError) -> Value? {
        switch value {
        case .undefined(let undefined): throw error(.undefined(undefined.message))
        case .largeInteger: return value
        case .text(let text):
            try charge(bytes: text.count)
            try charge(4 * Renderer.numberSteps)
            if let parsed = pythonInteger(text, base: base) { return parsed }
            guard let float = try self.float(from: text), float.isFinite else { return nil }
            return try integer(from: float)
        default: break
        }
        switch value.number {
        case .integer(let integer): return .integer(integer)
        case .float(let float):
            if float.isNaN { return nil }
            return try integer(from: float)
        case nil: return nil
        }
    }

    private func integer(from float: Double) throws(TemplateError) -> Value {
        guard let integer = Int(exactly: float.rounded(.towardZero)) else { throw error(.integerOverflow) }
        return .integer(integer)
    }

    /// Python's `float` of a text; nil if it is not a number.
    func float(from text: Text) throws(TemplateError) -> Double? {
        try charge(bytes: text.count)
        try charge(4 * Renderer.numberSteps)
        let digits = text.trimmed { $0.isPythonSpace }.string
        guard digits.utf8.count < 400 else { return nil }
        let plain = withoutUnderscores(digits)
        guard let plain else { return nil }
        let unsigned = plain.drop { $0 == "+" || $0 == "-" }.lowercased()
        if ["inf", "infinity", "nan"].contains(unsigned), plain.count - unsigned.count <= 1 { return Double(plain) }
        // Swift takes hexadecimal floats too.
        guard unsigned.utf8.allSatisfy({ UInt8(ascii: "0")...UInt8(ascii: "9") ~= $0 || ".e+-".utf8.contains($0) })
        else { return nil }
        if let value = Double(plain) { return value }
        // Swift wants digits on both sides of the point.
        var complete = plain.lowercased()
        if let point = complete.firstIndex(of: ".") {
            let isFirst = complete[..<point].allSatisfy { $0 == "+" || $0 == "-" }
            let next = complete.index(after: point)
            let hasFraction = next < complete.endIndex && complete[next].isNumber
            if isFirst, !hasFraction { return nil }
            if !hasFraction { complete.insert("0", at: next) }
            if isFirst { complete.insert("0", at: point) }
        }
        return Double(complete)
    }

    /// Without underscores between digits; nil if there are others.
    private func withoutUnderscores(_ digits: String) -> String? {
        guard digits.contains("_") else { return digits }
        let bytes = Array(digits.utf8)
        for (index, byte) in bytes.enumerated() where byte == UInt8(ascii: "_") {
            let isBetween =
                index > 0 && index + 1 < bytes.count && isDigit(bytes[index - 1]) && isDigit(bytes[index + 1])
            guard isBetween else { return nil }
        }
        return digits.filter { $0 != "_" }
    }

    private func isDigit(_ byte: UInt8) -> Bool { UInt8(ascii: "0")...UInt8(ascii: "9") ~= byte }

    /// Python's `int` of a text; nil if it is not an integer.
    private func pythonInteger(_ text: Text, base: Int) -> Value? {
        guard base == 0 || 2...36 ~= base, text.count < 4300 else { return nil }
        var digits = ""
        // Any script's digits count.
        for scalar in text.trimmed(where: { $0.isPythonSpace }).scalars {
            if scalar.isASCII {
                digits.unicodeScalars.append(scalar)
            } else if scalar.isPythonDecimal, let value = scalar.properties.numericValue {
                digits += String(Int(value))
            } else {
                return nil
            }
        }
        var sign = ""
        if let first = digits.first, first == "-" || first == "+" {
            sign = first == "-" ? "-" : ""
            digits.removeFirst()
        }
        var base = base
        for (prefix, radix) in [("0x", 16), ("0o", 8), ("0b", 2)] where digits.lowercased().hasPrefix(prefix) {
            guard base == radix || base == 0 else { continue }
            base = radix
            digits.removeFirst(2)
            if digits.first == "_" { digits.removeFirst() }
        }
        if base == 0 { base = 10 }
        let parts = digits.split(separator: "_", omittingEmptySubsequences: false)
        guard parts.allSatisfy({ !$0.isEmpty && $0.allSatisfy { ($0.hexDigitValue ?? 99) < base || base > 16 } }) else {
            return nil
        }
        let plain = parts.joined()
        guard plain.first != "-", plain.first != "+" else { return nil }
        if let integer = Int(sign + plain, radix: base) { return .integer(integer) }
        guard base == 10 else { return nil }
        return .largeInteger(LargeInteger(sign + String(plain.drop { $0 == "0" })))
    }

    fileprivate func rounded(_ value: Value, precision: Int, method: Text) throws(TemplateError) -> Value {
        guard let number = value.number else { throw try typeError(value, "\(value.typeName) cannot be rounded") }
        guard abs(precision) <= 400 else { throw error(.value("the precision is out of range")) }
        try charge(4 * Renderer.numberSteps + abs(precision))
        switch method.string {
        case "common":
            switch number {
            case .integer(let integer):
                guard precision < 0 else { return .integer(integer) }
                guard precision > -19 else { return .integer(0) }
                return .integer(try roundedHalfToEven(integer, toMultipleOf: Int(pow(10, Double(-precision)))))
            case .float(let float):
                guard float.isFinite else { return value }
                if precision >= 0 { return .float(Double(fixedPoint(float, precision: precision)) ?? float) }
                let unit = pow(10, Double(-precision))
                return .float(unit.isFinite ? (float / unit).rounded(.toNearestOrEven) * unit : 0)
            }
        case "ceil", "floor":
            let scale = pow(10, Double(precision))
            let scaled = number.double * scale
            guard scaled.isFinite else { throw error(.value("the number is too large to be rounded")) }
            // Python rounds to an integer, which has no negative zero.
            return .float((scaled.rounded(method == "ceil" ? .up : .down) + 0) / scale)
        default: throw error(.value("rounding is common, ceil or floor"))
        }
    }

    private func roundedHalfToEven(_ integer: Int, toMultipleOf unit: Int) throws(TemplateError) -> Int {
        let remainder = ((integer % unit) + unit) % unit
        let (down, underflow) = integer.subtractingReportingOverflow(remainder)
        guard !underflow else { throw error(.integerOverflow) }
        let isUp = remainder > unit - remainder || (remainder == unit - remainder && (down / unit) % 2 != 0)
        let (up, overflow) = down.addingReportingOverflow(isUp ? unit : 0)
        guard !overflow else { throw error(.integerOverflow) }
        return up
    }
}
