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
        AttentionCase(headCount: 2, group: 15, width: 96, window: 200, positions: 450),
        AttentionCase(headCount: 2, group: 7, width: 128, window: 90, positions: 330),
    ]
    static let casesWithTypes = AttentionCase.withTypes(cases)

    /// Positions at the ends of blocks, chunks and windows, and the first and last.
    private func places(_ positions: Int) -> [Int] {
        [0, 1, 15, 16, 39, 40, 255, 256, 257, 299, 300, 511, 512, 513].filter { $0 < positions - 1 } + [positions - 1]
    }

    @Test(
        "Rows are those of the definition, for keys and values as their format stores them", arguments: casesWithTypes,
        Form.all)
    func definition(_ test: (attention: AttentionCase, type: CacheType), _ form: Form) throws {
        let (test, type) = test
        let input = test.input()
        let compute = form.compute(threads: 2)
        let cache = try test.cache(type: type)
        test.store(input, 0..<test.positions, in: cache, compute)
        let stored = input.stored(type)
        for position in places(test.positions) {
            let row = test.attend(input, position..<position + 1, to: cache, compute)
            let error = test.worstError(row, stored, position: position, relativeError: type.rotationError)
            #expect(error <= 1, "position \(position)")
        }
    }

    @Test("16 bits cost what rounding keys and values may cost", arguments: cases, Form.all)
    func halfPrecision(_ test: AttentionCase, _ form: Form) throws {
        let input = test.input(seed: 2)
        let compute = form.compute(threads: 2)
        let position = test.positions - 1
        let rows = try [CacheType.f32, .f16, .bf16].map { type in
            let cache = try test.cache(type: type)
            test.store(input, 0..<test.positions, in: cache, compute)
            return test.attend(input, position..<position + 1, to: cache, compute)
        }
        #expect(rows[0] != rows[1] && rows[1] != rows[2])
        // Half a unit of the last place, plus the denormals' 2^-25 for values of about 1.
        #expect(test.worstError(rows[1], input, position: position, relativeError: 0x1p-11 + 0x1p-20) <= 1)
        #expect(test.worstError(rows[2], input, position: position, relativeError: 0x1p-8) <= 1)
    }

    @Test(
        "Keys of one type and values of another",
        arguments: CacheType.allCases.flatMap { key in CacheType.allCases.map { (key, $0) } }, Form.all)
    func mixedTypes(_ types: (key: CacheType, value: CacheType), _ form: Form) throws {
        let (key, value) = types
        let test = AttentionCase(headCount: 2, group: 3, width: 128, positions: 290)
        let input = test.input()
        let compute = form.compute(threads: 2)
        let cache = try test.cache(type: key, values: value)
        #expect(cache.bytesPerPosition == 2 * (key.bytesOf128 + value.bytesOf128))
        test.store(input, 0..<290, in: cache, compute)
        let row = test.attend(input, 289..<290, to: cache, compute)
        let stored = input.stored(key, values: value)
        let error = max(key.rotationError, value.rotationError)
        #expect(test.worstError(row, stored, position: 289, relativeError: error) <= 1)
    }

    @Test(
        "Heads of a width that is not a multiple of the blocks are refused",
        arguments: CacheType.allCases.filter { $0.widthMultiple > 1 })
    func width(_ type: CacheType) throws {
        let test = AttentionCase(width: 48)
        let error = TensorError.unsupportedHeadWidth(48, cacheType: type.rawValue, multiple: type.widthMultiple)
        #expect(throws: error) { try test.cache(type: type, values: .f16) }
        #expect(throws: error) { try test.cache(type: .f32, values: type) }
    }

    @Test("A query that sees nothing gives zeros", arguments: Form.all)
    func nothingToSee(_ form: Form) throws {
        let test = AttentionCase(headCount: 2, group: 2, width: 24, includesSelf: false, positions: 4)
        let output = try test.run(test.input(), batch: 4, threads: 2, form: form)
        #expect(output.rows(0..<1, width: test.queryWidth).allSatisfy { $0 == 0 })
        #expect(output.rows(1..<4, width: test.queryWidth).allSatisfy { $0 != 0 })
    }

    @Test("Values beyond half precision become infinite in f16 caches only", arguments: Form.all)
    func saturation(_ form: Form) throws {
        let test = AttentionCase(width: 16, positions: 1)
        var input = test.input()
        input.values[3] = 70000
        input.values[4] = 65519
        #expect(try test.run(input, batch: 1, type: .f32, form: form)[3] == 70000)
        let half = try test.run(input, batch: 1, type: .f16, form: form)
        #expect(half[3] == .infinity && half[4] == 65504)
        #expect(half[5].isFinite)
    }

    // The encoders of most formats, like ggml's, take NaN for some number.
    @Test(
        "A key that is NaN makes what sees it NaN, and nothing else",
        arguments: [CacheType.f32, .f16, .bf16, .tbq4_0, .tbq3_0, .tbq3_tcq], Form.all)
    func notANumber(_ type: CacheType, _ form: Form) throws {
        let test = AttentionCase(group: 8, width: 128, window: 50, positions: 400)
        var input = test.input()
        input.keys[200 * 128 + 7] = .nan
        let output = try test.run(input, batch: 37, threads: 2, drops: true, type: type, form: form)
        for position in 0..<400 {
            let row = output.rows(position..<position + 1, width: test.queryWidth)
            #expect(row.allSatisfy { $0.isNaN == (200..<250).contains(position) })
        }
    }
}
