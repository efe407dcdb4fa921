import Tensor
import Testing

/// Attention against its definition in double precision.
@Suite("Attention")
struct AttentionTests {
    static let cases = [
        AttentionCase(headCount: 1, group: 8, width: 256, window: 512, positions: 700),
        AttentionCase(headCount: 1, group: 8, width: 512, positions: 600),
        AttentionCase(headCount: 2, group: 4, width: 64, window: 300, positions: 700),
        AttentionCase(headCount: 8, group: 2, width: 32, window: 40, positions: 300),
        AttentionCase(headCount: 8, group: 1, width: 16, positions: 270),
        AttentionCase(headCount: 1, group: 16, width: 32, window: 1, positions: 40),
        AttentionCase(headCount: 2, group: 7, width: 24, window: 100, positions: 530),
        AttentionCase(headCount: 1, group: 6, width: 2, positions: 260),
        AttentionCase(headCount: 2, group: 8, width: 40, includesSelf: false, positions: 290),
        AttentionCase(headCount: 1, group: 3, width: 112, window: 256, includesSelf: false, positions: 520),
    ]

    /// Positions at the ends of blocks, chunks and windows, and the first and last.
    private func places(_ positions: Int) -> [Int] {
        [0, 1, 15, 16, 39, 40, 255, 256, 257, 299, 300, 511, 512, 513].filter { $0 < positions - 1 } + [positions - 1]
    }

    @Test("Rows are those of the definition, for stored keys and values", arguments: cases, CacheType.allCases)
    func definition(_ test: AttentionCase, _ type: CacheType) throws {
        let input = test.input()
        let compute = Compute(threadCount: 2)
        let cache = try test.cache(type: type)
        test.store(input, 0..<test.positions, in: cache, compute)
        var stored = input
        if type == .f16 { (stored.keys, stored.values) = (input.keys.roundedToHalf, input.values.roundedToHalf) }
        for position in places(test.positions) {
            let row = test.attend(input, position..<position + 1, to: cache, compute)
            #expect(test.worstError(row, stored, position: position) <= 1, "position \(position)")
        }
    }

    @Test("Half precision costs what rounding keys and values to 11 bits may cost", arguments: cases)
    func halfPrecision(_ test: AttentionCase) throws {
        let input = test.input(seed: 2)
        let compute = Compute(threadCount: 2)
        let position = test.positions - 1
        let rows = try CacheType.allCases.map { type in
            let cache = try test.cache(type: type)
            test.store(input, 0..<test.positions, in: cache, compute)
            return test.attend(input, position..<position + 1, to: cache, compute)
        }
        #expect(rows[0] != rows[1])
        // Half a unit of the last place, plus the denormals' 2^-25 beside values of about 1.
        let error = test.worstError(rows[1], input, position: position, relativeError: 0x1p-11 + 0x1p-20)
        #expect(error <= 1)
    }

    @Test("Keys in one precision and values in the other", arguments: [(CacheType.f32, CacheType.f16), (.f16, .f32)])
    func mixedTypes(_ key: CacheType, _ value: CacheType) throws {
        let test = AttentionCase(headCount: 2, group: 4, width: 32, positions: 300)
        let input = test.input()
        let compute = Compute(threadCount: 2)
        let cache = try AttentionCache(
            headCount: 2, width: 32, capacity: 300, keyType: key, valueType: value)
        #expect(cache.byteCount == 304 * 2 * 32 * 6)
        test.store(input, 0..<300, in: cache, compute)
        let row = test.attend(input, 299..<300, to: cache, compute)
        var stored = input
        if key == .f16 { stored.keys = input.keys.roundedToHalf } else { stored.values = input.values.roundedToHalf }
        #expect(test.worstError(row, stored, position: 299) <= 1)
    }

    @Test("A query that sees nothing gives zeros")
    func nothingToSee() throws {
        let test = AttentionCase(headCount: 2, group: 2, width: 24, includesSelf: false, positions: 4)
        let output = try test.run(test.input(), batch: 4, threads: 2)
        #expect(output.rows(0..<1, width: test.queryWidth).allSatisfy { $0 == 0 })
        #expect(output.rows(1..<4, width: test.queryWidth).allSatisfy { $0 != 0 })
    }

    @Test("Values beyond half precision become infinite in an f16 cache alone")
    func saturation() throws {
        let test = AttentionCase(width: 16, positions: 1)
        var input = test.input()
        input.values[3] = 70000
        input.values[4] = 65519
        #expect(try test.run(input, batch: 1, type: .f32)[3] == 70000)
        let half = try test.run(input, batch: 1, type: .f16)
        #expect(half[3] == .infinity && half[4] == 65504)
        #expect(half[5].isFinite)
    }

    @Test("A key that is no number makes what sees it no number, and nothing else", arguments: CacheType.allCases)
    func notANumber(_ type: CacheType) throws {
        let test = AttentionCase(group: 8, width: 32, window: 50, positions: 400)
        var input = test.input()
        input.keys[200 * 32 + 7] = .nan
        let output = try test.run(input, batch: 37, threads: 2, capacity: 100, type: type)
        for position in 0..<400 {
            let row = output.rows(position..<position + 1, width: test.queryWidth)
            #expect(row.allSatisfy { $0.isNaN == (200..<250).contains(position) })
        }
    }
}
