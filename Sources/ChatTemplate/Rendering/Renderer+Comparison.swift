extension Renderer {
    func compare(_ comparison: Comparison, _ left: Value, _ right: Value) throws(TemplateError) -> Bool {
        switch comparison {
        case .equal: try equals(left, right)
        case .notEqual: try !equals(left, right)
        case .less: try isLess(left, right)
        case .greater: try isLess(right, left)
        case .lessOrEqual: try isLessOrEqual(left, right)
        case .greaterOrEqual: try isLessOrEqual(right, left)
        case .isIn: try isElement(left, of: right)
        case .isNotIn: try !isElement(left, of: right)
        }
    }

    // MARK: - Equality

    func equals(_ left: Value, _ right: Value) throws(TemplateError) -> Bool {
        try charge()
        if let left = left.number, let right = right.number { return left == right }
        switch (left, right) {
        case (.text(let left), .text(let right)):
            guard left.count == right.count else { return false }
            try charge(bytes: left.count)
            return left == right
        case (.none, .none), (.undefined, .undefined): return true
        case (.largeInteger(let left), .largeInteger(let right)): return left.digits == right.digits
        case (.largeInteger(let large), .float(let float)), (.float(let float), .largeInteger(let large)):
            return large.double == float
        case (.list(let left), .list(let right)), (.tuple(let left), .tuple(let right)):
            return try equals(left.elements, right.elements)
        case (.mapping(let left), .mapping(let right)): return try equals(left, right)
        case (.range(let left), .range(let right)):
            return left.count == right.count && (left.count == 0 || left.start == right.start)
                && (left.count <= 1 || left.step == right.step)
        case (.view(let left), .view(let right)) where left.kind == .keys && right.kind == .keys:
            return try equals(left.mapping, right.mapping, keysOnly: true)
        default:
            if let left = left.identity, let right = right.identity { return left == right }
            return false
        }
    }

    private func equals(_ left: [Value], _ right: [Value]) throws(TemplateError) -> Bool {
        guard left.count == right.count else { return false }
        for (left, right) in zip(left, right) where try !equals(left, right) { return false }
        return true
    }

    private func equals(_ left: Mapping, _ right: Mapping, keysOnly: Bool = false) throws(TemplateError) -> Bool {
        guard left.count == right.count else { return false }
        for (key, value) in zip(left.keys, left.values) {
            try checkKey(key)
            guard let other = right[key] else { return false }
            if !keysOnly, try !equals(value, other) { return false }
        }
        return true
    }

    // MARK: - Order

    func isLess(_ left: Value, _ right: Value) throws(TemplateError) -> Bool {
        try order(left, right, "<") == .less
    }

    private func isLessOrEqual(_ left: Value, _ right: Value) throws(TemplateError) -> Bool {
        let order = try order(left, right, "<=")
        return order == .less || order == .equal
    }

    private enum Order { case less, equal, greater, none }

    private func order(_ left: Value, _ right: Value, _ operation: String) throws(TemplateError) -> Order {
        try charge()
        if let left = left.number, let right = right.number {
            return left < right ? .less : left == right ? .equal : right < left ? .greater : .none
        }
        switch (left, right) {
        case (.text(let left), .text(let right)):
            try charge(bytes: min(left.count, right.count))
            if left == right { return .equal }
            // The order of UTF-8 is that of its scalars.
            return left.bytes.lexicographicallyPrecedes(right.bytes) ? .less : .greater
        case (.list(let left), .list(let right)), (.tuple(let left), .tuple(let right)):
            for (left, right) in zip(left.elements, right.elements) where try !equals(left, right) {
                return try order(left, right, operation)
            }
            let (left, right) = (left.elements.count, right.elements.count)
            return left < right ? .less : left == right ? .equal : .greater
        case (.largeInteger(let left), .largeInteger(let right)) where left.digits == right.digits: return .equal
        default:
            if let left = left.approximation, let right = right.approximation {
                return left < right ? .less : left > right ? .greater : .none
            }
            for operand in [left, right] {
                if case .undefined(let undefined) = operand { throw error(.undefined(undefined.message)) }
            }
            throw error(.type("\(left.typeName) \(operation) \(right.typeName) is not possible"))
        }
    }

    // MARK: - Membership

    private func isElement(_ value: Value, of container: Value) throws(TemplateError) -> Bool {
        switch container {
        case .text(let text):
            guard case .text(let part) = value else {
                throw try typeError(value, "only a string can be in a string, not \(value.typeName)")
            }
            try charge(bytes: text.count + part.count)
            return text.firstOffset(of: part) != nil
        case .mapping(let mapping):
            try checkKey(value)
            return mapping[value] != nil
        case .view(let view) where view.kind == .keys:
            try checkKey(value)
            return view.mapping[value] != nil
        case .range(let range):
            guard let integer = value.integer else { return try anyEquals(range.elements, value) }
            let (distance, overflow) = integer.subtractingReportingOverflow(range.start)
            return !overflow && distance % range.step == 0 && 0..<range.count ~= distance / range.step
        default: return try anyEquals(elements(of: container), value)
        }
    }

    private func anyEquals(_ elements: [Value], _ value: Value) throws(TemplateError) -> Bool {
        for element in elements where try equals(element, value) { return true }
        return false
    }

    // MARK: - Sorting

    /// Sorts by `keys`, keeping the order of equal elements.
    func inOrder(_ elements: [Value], by keys: [Value], isReversed: Bool) throws(TemplateError) -> [Value] {
        try reserve(elements: elements.count)
        try claim(2 * elements.count * Footprint.element)
        var order = Array(elements.indices)
        var merged = order
        var width = 1
        while width < order.count {
            var start = 0
            while start < order.count {
                let middle = min(start + width, order.count)
                let end = min(middle + width, order.count)
                var (left, right) = (start, middle)
                for place in start..<end {
                    let takesRight: Bool
                    if left == middle {
                        takesRight = true
                    } else if right == end {
                        takesRight = false
                    } else {
                        let (first, second) = (keys[order[left]], keys[order[right]])
                        takesRight = isReversed ? try isLess(first, second) : try isLess(second, first)
                    }
                    merged[place] = order[takesRight ? right : left]
                    if takesRight { right += 1 } else { left += 1 }
                }
                start = end
            }
            swap(&order, &merged)
            width *= 2
        }
        return order.map { elements[$0] }
    }
}

extension Value {
    /// Any number as a float.
    fileprivate var approximation: Double? {
        if case .largeInteger(let large) = self { return large.double }
        return number?.double
    }
}
