internal import TensorBase

// MARK: - Marks, each a single branch if nothing is profiled

extension Compute {
    /// Ends the current step and begins `step`.
    package func begin(_ step: Step) {
        if let profile { profile.begin(step) }
    }

    /// Ends the current step.
    package func end() {
        if let profile { profile.end() }
    }

    /// Ends the current step. Steps from now on belong to `stage`.
    package func enter(_ stage: Profile.Stage) {
        if let profile { profile.enter(stage) }
    }

    /// Counts a product with `rows` rows of `weights` for the current step.
    func countProduct(_ weights: Matrix, rows: Int, tokens: Int) {
        guard let profile else { return }
        profile.count(bytes: rows * weights.rowBytes, operations: 2 * rows * weights.columns * tokens)
    }

    /// Counts attention of `queries`, the first at `position`, for the current step: what the last query sees is
    /// counted as read once.
    func countAttention(_ queries: Rows, firstPosition position: Int, cache: AttentionCache, mask: AttentionMask) {
        guard let profile else { return }
        let last = mask.positions(visibleAt: position + queries.count - 1).count
        let products = (0..<queries.count).reduce(0) { $0 + mask.positions(visibleAt: position + $1).count }
        profile.count(bytes: cache.byteCount / cache.capacity * last, operations: 4 * queries.width * products)
    }
}
