extension Renderer {
    /// How filters get at attributes: `a.b.0`, by keys rather than by methods.
    func attribute(_ path: Value, of value: Value, default standard: Value? = nil) throws(TemplateError) -> Value {
        guard case .text(let text) = path else {
            if case .none = path { return value }
            return try attribute(part: path, of: value, standard)
        }
        var value = value
        var start = 0
        while true {
            let end = text.firstOffset(of: ".", from: start) ?? text.count
            let part = text[start..<end]
            let isNumber = !part.isEmpty && part.scalars.allSatisfy(\.isPythonDigit)
            let key = isNumber ? Int(part.string).map { Value.integer($0) } : nil
            value = try attribute(part: key ?? .text(part), of: value, standard)
            if end == text.count { return value }
            start = end + 1
        }
    }

    private func attribute(part: Value, of value: Value, _ standard: Value?) throws(TemplateError) -> Value {
        try charge()
        let found = try element(part, of: value)
        if found.isUndefined, let standard, !isNone(standard) { return standard }
        return found
    }

    func isNone(_ value: Value?) -> Bool { if case .none? = value { true } else { false } }

    /// Texts in lower case, for comparisons that ignore case.
    func ignoringCase(_ value: Value) throws(TemplateError) -> Value {
        guard case .text(let text) = value else { return value }
        try charge(scalarsOf: text)
        return .text(text.lowercased)
    }
}
