import GGUF
import Tensor
import Testing

/// Integer kernels, every one that was compiled, against a scalar twin: bit for bit.
@Suite struct KernelTests {
    private static let formats = Format.quantized.filter { $0.blocks is any IntegerFormat.Type }

    /// The definition in `IntegerKernel`, one product after the other.
    private func twin(_ rows: [[TwinGroup]], _ format: any IntegerFormat.Type, _ input: QuantizedRows) -> [Float] {
        (0..<input.count).flatMap { token in
            rows.map { row in
                var sum: Float = 0
                for (index, group) in row.enumerated() {
                    let at = index * input.count + token
                    let span = 32 / format.scalesPerGroup
                    var sums: [Float] = []
                    for part in 0..<format.scalesPerGroup {
                        var (integer, codeSum): (Int32, Int32) = (0, 0)
                        for code in part * span..<(part + 1) * span {
                            integer += group.codes[code] * Int32(input.codes[at * 32 + code])
                            codeSum += Int32(input.codes[at * 32 + code])
                        }
                        sum = fused(sum, Float(integer), group.scales[part] * input.scales[at])
                        sums.append(input.scales[at] * Float(codeSum))
                    }
                    guard format.hasMinimum else { continue }
                    for (part, codeSum) in sums.enumerated() { sum = fused(sum, group.minima[part], codeSum) }
                }
                return sum
            }
        }
    }

    @Test(
        arguments: formats,
        [
            (1, 1, 256), (7, 1, 512), (8, 3, 256), (16, 2, 768), (17, 5, 256), (33, 8, 512), (64, 17, 256),
            (3, 300, 256),
        ])
    func everyKernelGivesTheBitsOfItsTwin(format: Format, shape: (rows: Int, tokens: Int, columns: Int)) throws {
        let (rows, tokens, columns) = shape
        let blocks = try #require(format.blocks as? any IntegerFormat.Type)
        let weights = RandomBlocks(blocks, rows: rows, columns: columns, seed: 41)
        var generator = Generator(UInt64(rows + tokens))
        var input = generator.floats(tokens * columns)
        // All codes at their extremes: with the same sign, where sums are largest, and in alternation.
        for index in 0..<32 {
            input[index] = 1
            input[32 + index] = index % 2 == 0 ? 1 : -1
            if tokens > 1 { input[columns + index] = -1 }
        }
        let compute = Compute(threadCount: 1)
        input.withRows(width: columns) { input in
            let bytes = compute.quantize(input, for: blocks)
            let expected = twin(weights.groups, blocks, bytes).bits
            for kernel in IntegerProduct.kernels {
                var output = [Float](repeating: .nan, count: tokens * rows)
                output.withRows(width: rows) {
                    IntegerProduct.multiply(bytes, by: weights.matrix, into: $0, with: kernel)
                }
                #expect(output.bits == expected, "\(kernel)")
            }
            withExtendedLifetime(compute) {}  // the bytes are a view of its memory
        }
    }

    @Test(arguments: formats) func noCodeExceedsWhatTheFormatSays(format: Format) throws {
        let blocks = try #require(format.blocks as? any IntegerFormat.Type)
        let groups = RandomBlocks(blocks, rows: 8, columns: 512, seed: 45).groups.joined()
        let codes = groups.flatMap(\.codes).map { blocks.isSigned ? abs($0) : $0 + blocks.bias }
        #expect(codes.max().map(Int.init) == blocks.largestCode)
    }

    /// The codebooks of rotated formats become bytes, off by at most half a code.
    @Test(arguments: formats) func whatKernelsUnpackIsWhatTheFormatDecodes(format: Format) throws {
        let blocks = try #require(format.blocks as? any IntegerFormat.Type)
        let weights = RandomBlocks(blocks, rows: 3, columns: 512, seed: 43)
        let decoded = format.decoded(weights.bytes)
        for (row, groups) in weights.groups.enumerated() {
            var values = Array(decoded[row * 512..<(row + 1) * 512])
            blocks.rotation.apply(to: &values)
            for (index, group) in groups.enumerated() {
                let expected = values[index * 32..<(index + 1) * 32]
                let largest = expected.reduce(0) { max($0, abs($1)) }
                let tolerance = blocks.rotation == .none ? largest * 0x1p-22 : largest * 0.008 + 1e-6
                for (found, value) in zip(group.values, expected) { #expect(abs(found - value) <= tolerance) }
            }
        }
    }

    @Test func activationsAreRoundedToTheNearestCodeTiesToEven() {
        var row = [Float](repeating: 0, count: 96)
        row[0] = 127
        for (index, value) in [0.5, 1.5, 2.5, -0.5, -1.5, 2.49, 2.51, -127].enumerated() {
            row[index + 1] = Float(value)
        }
        for index in 64..<96 { row[index] = Float(index - 80) * 1e-38 }
        row.withRows(width: 96) { rows in
            let compute = Compute(threadCount: 1)
            let bytes = compute.quantize(rows, for: Q8_0.self)
            #expect(bytes.scales[0] == 1)
            #expect((0..<9).map { bytes.codes[$0] } == [127, 0, 2, 2, 0, -2, 2, 3, -127])
            #expect(bytes.scales[1] == 0 && (32..<64).allSatisfy { bytes.codes[$0] == 0 })
            // The reciprocal of so small a scale overflows.
            #expect((64..<96).allSatisfy { bytes.codes[$0] == 0 })
            withExtendedLifetime(compute) {}  // the bytes are a view of its memory
        }
    }

    @Test(arguments: [Float.nan, .infinity, -.infinity]) func whatIsNoNumberStaysNone(value: Float) {
        let weights = TestMatrix(Format(blocks: Q8_0.self), rows: 20, columns: 64, seed: 5)
        var input = [Float](repeating: 1, count: 64)
        input[40] = value
        #expect(Compute(threadCount: 1).product(input, weights.matrix).allSatisfy { $0.isNaN })
        input.withRows(width: 64) { input in
            let compute = Compute(threadCount: 1)
            let bytes = compute.quantize(input, for: Q8_0.self, .double)
            for kernel in IntegerProduct.kernels {
                var output = [Float](repeating: 0, count: 20)
                output.withRows(width: 20) {
                    IntegerProduct.multiply(bytes, by: weights.matrix, into: $0, with: kernel)
                }
                #expect(output.allSatisfy { $0.isNaN }, "\(kernel)")
            }
            withExtendedLifetime(compute) {}  // the bytes are a view of its memory
        }
    }

    /// The bound: half a code for each activation, and the roundings of as many sums as there are groups.
    @Test(arguments: [1, 2, 9, 40]) func bytesAreAsNearAsTheirRounding(tokens: Int) {
        for format in Format.quantized {
            var generator = Generator(51)
            let weights = TestMatrix(format, rows: 70, columns: 256, seed: 52)
            let input = generator.floats(tokens * 256)
            let twins = weights.product(input)
            let sums = TestMatrix.magnitudes(weights, tokens: tokens)
            let worst = worstError(Compute(threadCount: 2).product(input, weights.matrix), twins.map(\.value)) {
                sums[$0] * 0.5 / 127 * 1.001 + twins[$0].magnitude * 24 * unitRoundoff
            }
            #expect(worst <= 1)
        }
    }

    /// Not of rotated formats, whose codebooks are bytes too.
    @Test(arguments: formats.filter { ($0.blocks as? any IntegerFormat.Type)?.rotation == Rotation.none })
    func aSecondByteIsAsGoodAsSixteenBits(format: Format) {
        var generator = Generator(71)
        let weights = TestMatrix(format, rows: 70, columns: 256, seed: 72)
        for tokens in [1, 3, 150] {
            var input = generator.floats(tokens * 256)
            let twins = weights.product(input)
            let sums = TestMatrix.magnitudes(weights, tokens: tokens)
            var output = [Float](repeating: .nan, count: tokens * 70)
            input.withRows(width: 256) { input in
                output.withRows(width: 70) {
                    Compute(threadCount: 2).multiply(input, by: weights.matrix, into: $0, resolution: .double)
                }
            }
            // What is left after the first byte is at most half its step, and so is the second's step of that.
            let worst = worstError(output, twins.map(\.value)) {
                sums[$0] * 0.25 / (127 * 127) * 1.001 + twins[$0].magnitude * 48 * unitRoundoff
            }
            #expect(worst <= 1)
        }
    }

    @Test(arguments: Format.quantized, [1, 3, 40]) func aGatedProductIsGELUOfTheOneTimesTheOther(
        format: Format, tokens: Int
    ) {
        var generator = Generator(61)
        let columns = max(96, format.granule)
        let gate = TestMatrix(format, rows: 200, columns: columns, seed: 62).matrix
        let up = TestMatrix(format, rows: 200, columns: columns, seed: 63).matrix
        let input = generator.floats(tokens * columns)
        for threads in 1...2 {
            let compute = Compute(threadCount: threads)
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
