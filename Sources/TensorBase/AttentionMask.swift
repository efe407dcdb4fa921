/// Which positions a query at position p sees.
package struct AttentionMask: Sendable {
    /// It sees only positions k with p - k < window; nil for all.
    package let window: Int?
    /// Whether it sees its own position. A drafter, which stores no key of its own, does not.
    package let includesSelf: Bool

    @inlinable package init(window: Int?, includesSelf: Bool) {
        self.window = window
        self.includesSelf = includesSelf
    }

    @inlinable package func positions(visibleAt position: Int) -> Range<Int> {
        let end = includesSelf ? position + 1 : position
        let start = window.map { max(0, position - $0 + 1) } ?? 0
        return min(start, end)..<end
    }
}
