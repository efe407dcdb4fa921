import Tensor
import Testing

/// What a ring has overwritten comes back from a copy, bit by bit.
@Suite("Copies of a ring")
struct RingCopyTests {
    /// A window that lies askew in a ring of three blocks, so that its first and last position often share a block.
    private static let test = AttentionCase(headCount: 2, group: 2, width: 128, window: 37, positions: 180)

    @Test("A window is as it was after the whole ring was overwritten", arguments: CacheType.allCases)
    func window(_ type: CacheType) throws {
        let test = Self.test
        let (input, other) = (test.input(), test.input(seed: 2))
        let compute = Compute(threadCount: 1)
        let capacity = 40
        for end in [1, 15, 16, 17, 36, 37, 48, 49] + Array(77..<94) {
            let cache = try test.cache(capacity: capacity, type: type)
            test.store(input, 0..<end, in: cache, compute)
            let window = max(0, end - 36)..<end
            let copy = try cache.copy(window)
            #expect(copy.positions == window && copy.byteCount == cache.byteCount(ofCopying: window))
            func next() -> [UInt32] {
                test.store(input, end..<end + 1, in: cache, compute)
                return test.attend(input, end..<end + 1, to: cache, compute).map(\.bitPattern)
            }
            let before = next()
            for start in stride(from: end, to: end + 2 * capacity, by: 3) {
                test.store(other, start..<start + 3, in: cache, compute)
            }
            #expect(next() != before)
            for _ in 0..<2 {
                cache.restore(copy)
                #expect(next() == before)
            }
        }
    }

    @Test("A copy has the blocks that it needs, and never more than the ring")
    func size() throws {
        let test = Self.test
        let cache = try test.cache(capacity: 48, type: .f16)
        let block = cache.byteCount / 3
        #expect(cache.byteCount(ofCopying: 0..<1) == block && cache.byteCount(ofCopying: 0..<16) == block)
        #expect(cache.byteCount(ofCopying: 15..<17) == 2 * block)
        #expect(cache.byteCount(ofCopying: 12..<49) == 3 * block)
    }
}
