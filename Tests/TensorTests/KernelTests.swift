import GGUF
import Tensor
import Testing

/// Integer kernels, every one that was compiled, against a scalar twin: bit for bit.
@Suite struct KernelTests {
    private static let formats: [any IntegerFormat.Type] = [Q8_0.self, Q4_0.self]

    /// A weight matrix of random bytes, the extreme codes among them, with sane scales.
    private struct Weights {
        let bytes: [UInt8]
        let rows: Int
        let columns: Int

        init(_ format: any IntegerFormat.Type, rows: Int, columns: Int, seed: UInt64) {
            var generator = Generator(seed)
            let size = format.type.blockBytes
            var bytes = generator.bytes(rows * columns / 32 * size)
            for block in 0..<rows * columns / 32 {
                let scale = Float16(Float.random(in: -0.1...0.1, using: &generator)).bitPattern
                bytes[block * size] = UInt8(truncatingIfNeeded: scale)
                bytes[block * size + 1] = UInt8(truncatingIfNeeded: scale >> 8)
                if block % 3 == 0 { for code in 2..<size { bytes[block * size + code] = 0x80 } }
            }
            self.bytes = bytes
            self.rows = rows
            self.columns = columns
        }

        /// Scale and codes of a group, from the plain decoder.
        func group(_ format: any IntegerFormat.Type, row: Int, _ group: Int) -> (scale: Float, codes: [Int32]) {
            let block = (row * columns / 32 + group) * format.type.blockBytes
            let scale = Float(Float16(bitPattern: UInt16(bytes[block]) | UInt16(bytes[block + 1]) << 8))
            var values = [Float](repeating: 0, count: 32)
            bytes.withUnsafeBytes { format.decode(block: $0.baseAddress! + block, into: &values) }
            return (scale, values.map { scale == 0 ? 0 : Int32(($0 / scale).rounded()) })
        }
    }

    private func fused(_ sum: Float, _ a: Float, _ b: Float) -> Float {
        #if AVX2 || arch(arm64)
            sum.addingProduct(a, b)
        #else
            sum + a * b
        #endif
    }

    /// The definition in `IntegerKernel`, one product after the other.
    private func twin(
        _ format: any IntegerFormat.Type, _ weights: Weights, _ input: QuantizedRows
    ) -> [Float] {
        (0..<input.count).flatMap { token in
            (0..<weights.rows).map { row in
                var sum: Float = 0
                for group in 0..<input.groups {
                    let (scale, codes) = weights.group(format, row: row, group)
                    let at = group * input.count + token
                    var integer: Int32 = 0
                    for (index, code) in codes.enumerated() { integer += code * Int32(input.codes[at * 32 + index]) }
                    sum = fused(sum, Float(integer), scale * input.scales[at])
                }
                return sum
            }
        }
    }

    @Test(arguments: [
        (1, 1, 32), (7, 1, 64), (8, 3, 64), (16, 2, 96), (17, 5, 32), (33, 8, 64), (64, 17, 32), (3, 300, 32),
    ])
    func everyKernelGivesTheBitsOfItsTwin(rows: Int, tokens: Int, columns: Int) throws {
        var generator = Generator(UInt64(rows + tokens))
        for format in Self.formats {
            let weights = Weights(format, rows: rows, columns: columns, seed: 41)
            var input = generator.floats(tokens * columns)
            for index in 0..<32 { input[index] = index % 2 == 0 ? 1 : -1 }  // all codes at their extremes
            let compute = Compute(threadCount: 1)
            let matrix = Matrix(rows: rows, columns: columns, format: format, region: ByteRegion(weights.bytes))
            input.withRows(width: columns) { input in
                let bytes = compute.quantize(input)
                let expected = twin(format, weights, bytes).bits
                for kernel in IntegerProduct.kernels {
                    var output = [Float](repeating: .nan, count: tokens * rows)
                    output.withRows(width: rows) { IntegerProduct.multiply(bytes, by: matrix, into: $0, with: kernel) }
                    #expect(output.bits == expected, "\(kernel), \(format.type.name)")
                }
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
            let bytes = compute.quantize(rows)
            #expect(bytes.scales[0] == 1)
            #expect((0..<9).map { bytes.codes[$0] } == [127, 0, 2, 2, 0, -2, 2, 3, -127])
            #expect(bytes.scales[1] == 0 && (32..<64).allSatisfy { bytes.codes[$0] == 0 })
            // The reciprocal of so small a scale overflows.
            #expect((64..<96).allSatisfy { bytes.codes[$0] == 0 })
        }
    }

    @Test(arguments: [Float.nan, .infinity, -.infinity]) func whatIsNoNumberStaysNone(value: Float) {
        let weights = TestMatrix(Format(blocks: Q8_0.self), rows: 20, columns: 64, seed: 5)
        var input = [Float](repeating: 1, count: 64)
        input[40] = value
        #expect(Compute(threadCount: 1).product(input, weights.matrix).allSatisfy { $0.isNaN })
        input.withRows(width: 64) { input in
            for kernel in IntegerProduct.kernels {
                var output = [Float](repeating: 0, count: 20)
                let bytes = Compute(threadCount: 1).quantize(input, .double)
                output.withRows(width: 20) {
                    IntegerProduct.multiply(bytes, by: weights.matrix, into: $0, with: kernel)
                }
                #expect(output.allSatisfy { $0.isNaN }, "\(kernel)")
            }
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

    @Test(arguments: Format.quantized) func aSecondByteIsAsGoodAsSixteenBits(format: Format) {
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
