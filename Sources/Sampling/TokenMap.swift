/// Values of tokens, zero but for a few. Clearing it takes as long as there are values in it, however large the
/// vocabulary is.
struct TokenMap<Value: AdditiveArithmetic & Sendable>: Sendable {
    /// Those that have values, in the order in which they were set first.
    private(set) var tokens: [Int32] = []
    private var values: [Value] = []  // by token

    subscript(token: Int32) -> Value {
        get { values.indices.contains(Int(token)) ? values[Int(token)] : .zero }
        set {
            guard token >= 0 else { return }
            let missing = Int(token) + 1 - values.count
            // A token of 20 bits is the largest that a vocabulary may have.
            if missing > 0 { values.append(contentsOf: repeatElement(.zero, count: missing)) }
            if values[Int(token)] == .zero { tokens.append(token) }
            values[Int(token)] = newValue
        }
    }

    mutating func removeAll() {
        for token in tokens { values[Int(token)] = .zero }
        tokens.removeAll(keepingCapacity: true)
    }
}
