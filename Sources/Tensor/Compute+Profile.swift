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

    /// Counts a segment's attention for the current step: what its last query sees is counted as read once.
    func countAttention(_ segment: CacheSegment, _ queries: Rows, mask: AttentionMask) {
        guard let profile else { return }
        let positions = segment.firstPosition..<segment.firstPosition + segment.rows.count
        let last = mask.positions(visibleAt: positions.upperBound - 1).count
        let products = positions.reduce(0) { $0 + mask.positions(visibleAt: $1).count }
        profile.count(bytes: segment.cache.bytesPerPosition * last, operations: 4 * queries.width * products)
    }
}
