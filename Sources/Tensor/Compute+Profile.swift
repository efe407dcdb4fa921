package import TensorBase

// MARK: - Marks, each a branch where nothing is profiled

extension Compute {
    /// The step under way ends and `step` begins.
    package func begin(_ step: Step) {
        if let profile { profile.begin(step) }
    }

    /// The step under way ends.
    package func end() {
        if let profile { profile.end() }
    }

    /// The step under way ends; those to come are `stage`'s.
    package func enter(_ stage: Profile.Stage) {
        if let profile { profile.enter(stage) }
    }

    /// Counts a product with `rows` rows of `weights` for the step under way.
    func countProduct(_ weights: Matrix, rows: Int, tokens: Int) {
        guard let profile else { return }
        profile.count(bytes: rows * weights.rowBytes, operations: 2 * rows * weights.columns * tokens)
    }

    /// Counts attention of `queries`, the first at `position`, for the step under way: what the last one sees is read
    /// once.
    func countAttention(_ queries: Rows, firstPosition position: Int, cache: AttentionCache, mask: AttentionMask) {
        guard let profile else { return }
        let last = mask.positions(visibleAt: position + queries.count - 1).count
        let products = (0..<queries.count).reduce(0) { $0 + mask.positions(visibleAt: position + $1).count }
        profile.count(bytes: cache.byteCount / cache.capacity * last, operations: 4 * queries.width * products)
    }
}
