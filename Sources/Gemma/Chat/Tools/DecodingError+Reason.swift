extension DecodingError {
    /// What is wrong in a line that a model can make use of.
    package var reason: String {
        switch self {
        case .keyNotFound(let key, let context): place(context.codingPath + [key]) + "missing"
        case .valueNotFound(_, let context): place(context.codingPath) + "missing"
        case .typeMismatch(let type, let context): place(context.codingPath) + "expected \(type)"
        case .dataCorrupted(let context): place(context.codingPath) + context.debugDescription
        @unknown default: "\(self)"
        }
    }

    private func place(_ path: [any CodingKey]) -> String {
        path.isEmpty ? "" : path.map { $0.intValue.map(String.init) ?? $0.stringValue }.joined(separator: ".") + ": "
    }

    /// The same for a value that is a part of another one.
    func within(_ key: any CodingKey) -> DecodingError {
        func within(_ context: Context) -> Context {
            Context(
                codingPath: [key] + context.codingPath, debugDescription: context.debugDescription,
                underlyingError: context.underlyingError)
        }
        return switch self {
        case .keyNotFound(let missing, let context): .keyNotFound(missing, within(context))
        case .valueNotFound(let type, let context): .valueNotFound(type, within(context))
        case .typeMismatch(let type, let context): .typeMismatch(type, within(context))
        case .dataCorrupted(let context): .dataCorrupted(within(context))
        @unknown default: self
        }
    }
}
