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
}
