import GGUF
import KernelsBaseline
import Tensor
import Testing

/// Integer kernels, of every form that the processor can run, against a scalar twin: bit for bit.
@Suite struct KernelTests {
    /// The definition in `IntegerKernel`, one product after the other.
    private func twin(_ rows: [[TwinGroup]], _ format: Format, _ input: QuantizedRows, _ form: Form) throws -> [Float] {
        let hasMinimum = try #require(ScalarTwin.codes(of: format.type.id)).haveMinimum
        let scalesPerGroup = input.form.scalesPerGroup
        return (0..<input.count).flatMap { token in
            rows.map { row in
                var sum: Float = 0
                for (index, group) in row.enumerated() {
                    let at = index * input.count + token
                    let span = 32 / scalesPerGroup
                    var sums: [Float] = []
                    for part in 0..<scalesPerGroup {
                        var (integer, codeSum): (Int32, Int32) = (0, 0)
                        for code in part * span..<(part + 1) * span {
                            integer += group.codes[code] * Int32(input.codes[at * 32 + code])
                            codeSum += Int32(input.codes[at * 32 + code])
                        }
                        sum = form.fused(sum, Float(integer), group.scales[part] * input.scales[at])
                        sums.append(input.scales[at] * Float(codeSum))
                    }
                    guard hasMinimum else { continue }
                    for (part, codeSum) in sums.enumerated() { sum = form.fused(sum, group.minima[part], codeSum) }
                }
                return sum
            }
        }
    }

    private static let shapes = [
        (1, 1, 256), (7, 1, 512), (8, 3, 256), (16, 2, 768), (17, 5, 256), (33, 8, 512), (64, 17, 256), (3, 300, 256),
    ]

    @Test(arguments: Format.integers.flatMap { format in shapes.map { (format, $0) } }, Form.all)
    func everyKernelGivesTheBitsOfItsTwin(
        test: (format: Format, shape: (rows: Int, tokens: Int, columns: Int)), form: Form
    ) throws {
        let (format, (rows, tokens, columns)) = test
        let weights = RandomBlocks(format, rows: rows, columns: columns, seed: 41)
        var generator = Generator(UInt64(rows + tokens))
        var input = generator.floats(tokens * columns)
        // All codes at their extremes: with the same sign, where sums are largest, and in alternation.
        for index in 0..<32 {
            input[index] = 1
            input[32 + index] = index % 2 == 0 ? 1 : -1
            if tokens > 1 { input[columns + index] = -1 }
        }
        let compute = form.compute(threads: 1)
        let activations = try #require(format.traits.activations)
        try input.withRows(width: columns) { input in
            let bytes = compute.quantize(input, for: activations)
            let expected = try twin(weights.groups, format, bytes, form).bits
            var output = [Float](repeating: .nan, count: tokens * rows)
            output.withRows(width: rows) { form.multiply(bytes, by: weights.matrix, into: $0) }
            #expect(output.bits == expected)
            withExtendedLifetime(compute) {}  // the bytes are a view of its memory
        }
    }

    @Test(arguments: Format.integers) func noCodeExceedsWhatTheFormatSays(format: Format) throws {
        let activations = try #require(format.traits.activations)
        let codes = try #require(ScalarTwin.codes(of: format.type.id))
        let groups = RandomBlocks(format, rows: 8, columns: 512, seed: 45).groups.joined()
        let found = groups.flatMap(\.codes).map { codes.isSigned ? abs($0) : $0 + activations.bias }
        #expect(found.max().map(Int.init) == codes.largest)
    }

    /// Each byte must be prefetched once: twice wastes bandwidth, and a byte that is not prefetched is waited for.
    @Test(arguments: Format.integers) func everyByteOfABlockIsPrefetchedOnce(format: Format) {
        // The block in the middle, so that bytes of its neighbours would be noticed.
        let size = format.type.blockBytes
        let row = [UInt8](repeating: 0, count: 3 * size)
        var counts = [Int32](repeating: 0, count: 3 * size)
        row.withUnsafeBytes { row in
            guard let row = row.baseAddress else { return }
            ScalarTwin.countPrefetches(row, format.type.id, blockCount: 3, block: 1, into: &counts)
        }
        let expected = (0..<3).flatMap { block in repeatElement(block == 1 ? 1 : 0 as Int32, count: size) }
        #expect(counts == expected)
    }

    /// The codebooks of rotated formats become bytes, off by at most half a code.
    @Test(arguments: Format.integers) func whatKernelsUnpackIsWhatTheFormatDecodes(format: Format) throws {
        let rotation = try #require(format.traits.activations).rotation
        let weights = RandomBlocks(format, rows: 3, columns: 512, seed: 43)
        let decoded = format.decoded(weights.bytes)
        for (row, groups) in weights.groups.enumerated() {
            var values = Array(decoded[row * 512..<(row + 1) * 512])
            rotation.apply(to: &values)
            for (index, group) in groups.enumerated() {
                let expected = values[index * 32..<(index + 1) * 32]
                let largest = expected.reduce(0) { max($0, abs($1)) }
                let tolerance = rotation == .none ? largest * 0x1p-22 : largest * 0.008 + 1e-6
                for (found, value) in zip(group.values, expected) { #expect(abs(found - value) <= tolerance) }
            }
        }
    }

    @Test(arguments: Form.all) func activationsAreRoundedToTheNearestCodeTiesToEven(form: Form) throws {
        let activations = try #require(Format(.q8_0).traits.activations)
        var row = [Float](repeating: 0, count: 96)
        row[0] = 127
        for (index, value) in [0.5, 1.5, 2.5, -0.5, -1.5, 2.49, 2.51, -127].enumerated() {
            row[index + 1] = Float(value)
        }
        for index in 64..<96 { row[index] = Float(index - 80) * 1e-38 }
        row.withRows(width: 96) { rows in
            let compute = form.compute(threads: 1)
            let bytes = compute.quantize(rows, for: activations)
            #expect(bytes.scales[0] == 1)
            #expect((0..<9).map { bytes.codes[$0] } == [127, 0, 2, 2, 0, -2, 2, 3, -127])
            #expect(bytes.scales[1] == 0 && (32..<64).allSatisfy { bytes.codes[$0] == 0 })
            // The reciprocal of so small a scale overflows.
            #expect((64..<96).allSatisfy { bytes.codes[$0] == 0 })
            withExtendedLifetime(compute) {}  // the bytes are a view of its memory
        }
    }

    @Test(arguments: [Float.nan, .infinity, -.infinity], Form.all)
    func whatIsNotANumberStaysSo(value: Float, form: Form) throws {
        let activations = try #require(Format(.q8_0).traits.activations)
        let weights = TestMatrix(Format(.q8_0), rows: 20, columns: 64, seed: 5)
        var input = [Float](repeating: 1, count: 64)
        input[40] = value
        #expect(form.compute(threads: 1).product(input, weights.matrix).allSatisfy { $0.isNaN })
        input.withRows(width: 64) { input in
            let compute = form.compute(threads: 1)
            let bytes = compute.quantize(input, for: activations, .double)
            var output = [Float](repeating: 0, count: 20)
            output.withRows(width: 20) { form.multiply(bytes, by: weights.matrix, into: $0) }
            #expect(output.allSatisfy { $0.isNaN })
            withExtendedLifetime(compute) {}  // the bytes are a view of its memory
        }
    }

    /// The bound: half a code for each activation, and one rounding per sum, of which there are as many as groups.
    @Test(arguments: [1, 2, 9, 40], Form.all) func bytesAreAsNearAsTheirRounding(tokens: Int, form: Form) {
        for format in Format.quantized {
            var generator = Generator(51)
            let weights = TestMatrix(format, rows: 70, columns: 256, seed: 52)
            let input = generator.floats(tokens * 256)
            let twins = weights.product(input)
            let sums = TestMatrix.magnitudes(weights, tokens: tokens)
            let worst = worstError(form.compute(threads: 2).product(input, weights.matrix), twins.map(\.value)) {
                sums[$0] * 0.5 / 127 * 1.001 + twins[$0].magnitude * 24 * unitRoundoff
            }
            #expect(worst <= 1)
        }
    }

    /// Not of rotated formats, whose codebooks are bytes too.
    @Test(arguments: Format.integers.filter { $0.traits.activations?.rotation == Rotation.none }, Form.all)
    func aSecondByteIsAsGoodAsSixteenBits(format: Format, form: Form) {
        var generator = Generator(71)
        let weights = TestMatrix(format, rows: 70, columns: 256, seed: 72)
        for tokens in [1, 3, 150] {
            var input = generator.floats(tokens * 256)
            let twins = weights.product(input)
            let sums = TestMatrix.magnitudes(weights, tokens: tokens)
            var output = [Float](repeating: .nan, count: tokens * 70)
            input.withRows(width: 256) { input in
                output.withRows(width: 70) {
                    form.compute(threads: 2).multiply(input, by: weights.matrix, into: $0, resolution: .double)
                }
            }
            // The rounding error of the first byte is at most half its step, and that of the second at most half its
            // own step.
            let worst = worstError(output, twins.map(\.value)) {
                sums[$0] * 0.25 / (127 * 127) * 1.001 + twins[$0].magnitude * 48 * unitRoundoff
            }
            #expect(worst <= 1)
        }
    }

    @Test(arguments: Format.quantized.flatMap { format in [1, 3, 40].map { (format, $0) } }, Form.all)
    func aGatedProductIsGELUOfTheOneTimesTheOther(test: (format: Format, tokens: Int), form: Form) {
        let (format, tokens) = test
        var generator = Generator(61)
        let columns = format.columns(atLeast: 96)
        let gate = TestMatrix(format, rows: 200, columns: columns, seed: 62).matrix
        let up = TestMatrix(format, rows: 200, columns: columns, seed: 63).matrix
        let input = generator.floats(tokens * columns)
        for threads in 1...2 {
            let compute = form.compute(threads: threads)
            var expected = compute.product(input, gate)
            var other = compute.product(input, up)
            expected.withRows(width: 200) { gate in other.withRows(width: 200) { compute.gelu(gate, times: $0) } }
            var scratch = [Float](repeating: 0, count: tokens * 200)
            let gated = input.mapped(width: columns, to: tokens * 200, width: 200) { input, output in
                scratch.withRows(width: 200) {
                    compute.multiplyGated(input, gate: gate, up: up, into: output, scratch: $0)
                }
            }
            #expect(gated.bits == expected.bits)
        }
    }
}

extension TestMatrix {
    /// For each token and row the sum of the weights' magnitudes.
    fileprivate static func magnitudes(_ weights: TestMatrix, tokens: Int) -> [Double] {
        let columns = weights.matrix.columns
        let sums = (0..<weights.matrix.rows).map { row in
            weights.values[row * columns..<(row + 1) * columns].reduce(0.0) { $0 + Double(abs($1)) }
        }
        return (0..<tokens).flatMap { _ in sums }
    }
}
