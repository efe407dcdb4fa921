#if canImport(Darwin)
    import Darwin
#else
    import Glibc
#endif

extension Renderer {
    func apply(_ operation: Arithmetic, _ left: Value, _ right: Value) throws(TemplateError) -> Value {
        if let left = left.number, let right = right.number { return try apply(operation, left, right) }
        if case .text(let format) = left, operation == .remainder {
            return .text(try program.library.formatText(self, format, right))
        }
        for operand in [left, right] {
            if case .undefined(let undefined) = operand { throw error(.undefined(undefined.message)) }
        }
        switch (operation, left, right) {
        case (.add, .text(let left), .text(let right)):
            try claim(Footprint.object)
            let isMarkup = left.isMarkup || right.isMarkup
            var builder = TextBuilder()
            try append(isMarkup ? escapedForHTML(left) : left, to: &builder)
            try append(isMarkup ? escapedForHTML(right) : right, to: &builder)
            return .text(builder.text.asMarkup(isMarkup))
        case (.add, .list(let left), .list(let right)):
            try reserve(elements: left.elements.count + right.elements.count)
            return try makeList(left.elements + right.elements)
        case (.add, .tuple(let left), .tuple(let right)):
            try reserve(elements: left.elements.count + right.elements.count)
            return try makeTuple(left.elements + right.elements)
        case (.multiply, _, _):
            if let count = right.integer, let value = try repeated(left, count) { return value }
            if let count = left.integer, let value = try repeated(right, count) { return value }
        default: break
        }
        for operand in [left, right] {
            if case .largeInteger = operand { throw error(.integerOverflow) }
        }
        throw error(.type("\(left.typeName) \(operation.rawValue) \(right.typeName) is not possible"))
    }

    /// Nil if the value is no sequence.
    private func repeated(_ value: Value, _ count: Int) throws(TemplateError) -> Value? {
        let count = max(count, 0)
        switch value {
        case .text(let text):
            try reserve(bytes: product(text.count, count))
            try claim(Footprint.object)
            if case .mixed(let ranges) = text.origin {
                try charge(product(ranges.count, count))
                try claim(product(text.count + text.origin.footprint, 2 * count))
            }
            return .text(text.repeated(count).asMarkup(text.isMarkup))
        case .list(let list), .tuple(let list):
            try reserve(elements: product(list.elements.count, count))
            var elements: [Value] = []
            elements.reserveCapacity(list.elements.count * count)
            for _ in 0..<(list.elements.isEmpty ? 0 : count) { elements += list.elements }
            if case .tuple = value { return try makeTuple(elements) }
            return try makeList(elements)
        default: return nil
        }
    }

    // MARK: - Numbers

    private func apply(_ operation: Arithmetic, _ left: Number, _ right: Number) throws(TemplateError) -> Value {
        if case .integer(let left) = left, case .integer(let right) = right {
            return try apply(operation, left, right)
        }
        let (left, right) = (left.double, right.double)
        switch operation {
        case .add: return .float(left + right)
        case .subtract: return .float(left - right)
        case .multiply: return .float(left * right)
        case .power: return .float(try power(left, right))
        case .divide, .floorDivide, .remainder:
            guard right != 0 else { throw error(.divisionByZero) }
            switch operation {
            case .divide: return .float(left / right)
            case .floorDivide: return .float(floorDivision(left, right).quotient)
            default: return .float(floorDivision(left, right).remainder)
            }
        }
    }

    private func apply(_ operation: Arithmetic, _ left: Int, _ right: Int) throws(TemplateError) -> Value {
        var result: (partialValue: Int, overflow: Bool)
        switch operation {
        case .add: result = left.addingReportingOverflow(right)
        case .subtract: result = left.subtractingReportingOverflow(right)
        case .multiply: result = left.multipliedReportingOverflow(by: right)
        case .power:
            if right < 0 {
                guard left != 0 else { throw error(.divisionByZero) }
                return .float(pow(Double(left), Double(right)))
            }
            return .integer(try power(left, right))
        case .divide, .floorDivide, .remainder:
            guard right != 0 else { throw error(.divisionByZero) }
            if operation == .divide { return .float(Double(left) / Double(right)) }
            // Swift rounds towards zero, Python down. The smallest integer by -1 is the only one to overflow.
            let (remainder, _) = left.remainderReportingOverflow(dividingBy: right)
            let isRoundedUp = remainder != 0 && (remainder < 0) != (right < 0)
            if operation == .remainder { return .integer(isRoundedUp ? remainder + right : remainder) }
            result = left.dividedReportingOverflow(by: right)
            if isRoundedUp { result.partialValue -= 1 }
        }
        guard !result.overflow else { throw error(.integerOverflow) }
        return .integer(result.partialValue)
    }

    private func power(_ base: Int, _ exponent: Int) throws(TemplateError) -> Int {
        var (result, square, left) = (1, base, exponent)
        while left > 0 {
            if left & 1 == 1 {
                let (product, overflow) = result.multipliedReportingOverflow(by: square)
                guard !overflow else { throw error(.integerOverflow) }
                result = product
            }
            left >>= 1
            guard left > 0 else { break }
            let (product, overflow) = square.multipliedReportingOverflow(by: square)
            guard !overflow else { throw error(.integerOverflow) }
            square = product
        }
        return result
    }

    private func power(_ base: Double, _ exponent: Double) throws(TemplateError) -> Double {
        if base == 0, exponent < 0 { throw error(.divisionByZero) }
        if base < 0, exponent.isFinite, exponent.rounded() != exponent {
            throw error(.value("a negative number to the power of a fraction"))
        }
        let result = pow(base, exponent)
        if result.isInfinite, base.isFinite, exponent.isFinite { throw error(.value("the result is too large")) }
        return result
    }

    /// As Python rounds: the quotient down, and the remainder has the divisor's sign.
    private func floorDivision(_ left: Double, _ right: Double) -> (quotient: Double, remainder: Double) {
        var remainder = fmod(left, right)
        var quotient = (left - remainder) / right
        if remainder != 0 {
            if (right < 0) != (remainder < 0) {
                remainder += right
                quotient -= 1
            }
        } else {
            remainder = right < 0 ? -0.0 : 0.0
        }
        if quotient != 0 {
            let floor = quotient.rounded(.down)
            quotient = quotient - floor > 0.5 ? floor + 1 : floor
        } else {
            quotient = (left / right).sign == .minus ? -0.0 : 0.0
        }
        return (quotient, remainder)
    }
}
