import GGUF
import Tensor
import Testing

/// Products of float activations against a twin in double precision.
@Suite struct ProductTests {
    private static let tokenCounts = [1, 2, 3, 4, 5, 8, 9, 17, 33]
    private static let rowCounts = [1, 3, 4, 5, 64, 65, 130]

    static func columnCounts(_ format: Format) -> [Int] {
        switch format.granule {
        case 1: [1, 7, 32, 33, 64, 96, 100]
        case 32: [32, 64, 96]
        default: [format.granule, 2 * format.granule]
        }
    }

    /// The bound on a sum of `count` products in whatever order: one rounding for each product and each addition.
    private func tolerance(_ twin: Twin, count: Int) -> Double {
        twin.magnitude * Double(count + 1) * unitRoundoff * 1.001
    }

    private func dot(_ format: Format, _ bytes: [UInt8], _ x: [Float]) -> Float {
        bytes.withUnsafeBytes { bytes in
            bytes.baseAddress.map { format.blocks.dot($0, x, count: x.count) } ?? .nan
        }
    }

    @Test(arguments: Format.all) func aDotProductIsThatOfItsTwin(format: Format) {
        var generator = Generator(10)
        let counts = Self.columnCounts(format) + (format.isQuantized ? [1024] : [2, 15, 31, 63, 1000])
        for count in counts {
            for scale in [Float(1), 1e-4, 1e3] {
                let bytes = format.encoded(generator.floats(count, scale: scale))
                let x = generator.floats(count)
                let twin = Twin.dot(format.decoded(bytes), x)
                // Lane after lane: a product and a sum for each group of 32, then five halvings.
                let limit = tolerance(twin, count: 2 * (count / 32 + 1) + 5)
                #expect(abs(Double(dot(format, bytes, x)) - twin.value) <= limit, "\(count) values")
            }
        }
    }

    @Test(arguments: Format.all, tokenCounts) func aProductIsThatOfItsTwin(format: Format, tokens: Int) {
        var generator = Generator(11)
        let compute = Compute(threadCount: 2, precision: .floats)
        for columns in Self.columnCounts(format) {
            let input = generator.floats(tokens * columns)
            for rows in Self.rowCounts {
                let weights = TestMatrix(format, rows: rows, columns: columns, seed: UInt64(rows + columns))
                let twins = weights.product(input)
                let worst = worstError(compute.product(input, weights.matrix), twins.map(\.value)) {
                    tolerance(twins[$0], count: columns)
                }
                #expect(worst <= 1, "\(rows) rows, \(columns) columns")
            }
        }
    }

    @Test(arguments: Format.all, [1, 3, 9]) func weightsNeedNoAlignment(format: Format, tokens: Int) {
        var generator = Generator(12)
        let columns = max(64, format.granule)
        let input = generator.floats(tokens * columns)
        let aligned = TestMatrix(format, rows: 9, columns: columns, seed: 13)
        let shifted = TestMatrix(format, rows: 9, columns: columns, seed: 13, shift: 1)
        let compute = Compute(threadCount: 1, precision: .floats)
        let twins = aligned.product(input)
        let worst = worstError(compute.product(input, shifted.matrix), twins.map(\.value)) {
            tolerance(twins[$0], count: columns)
        }
        #expect(worst <= 1)
    }

    @Test(arguments: Format.all) func aProductOfNoTokensWritesNothing(format: Format) {
        let columns = max(32, format.granule)
        let weights = TestMatrix(format, rows: 4, columns: columns, seed: 16)
        var output: [Float] = [-77, -77, -77, -77]
        var input: [Float] = []
        input.withRows(width: columns) { input in
            output.withRows(width: 4) {
                Compute(threadCount: 1, precision: .floats).multiply(
                    input, by: weights.matrix, into: $0.prefix(0))
            }
        }
        #expect(output == [-77, -77, -77, -77])
    }

    @Test(arguments: Format.all) func someRowsOfAMatrixAreAMatrix(format: Format) {
        var generator = Generator(17)
        let columns = max(32, format.granule)
        let weights = TestMatrix(format, rows: 20, columns: columns, seed: 18)
        let input = generator.floats(columns)
        let compute = Compute(threadCount: 1, precision: .floats)
        let part = weights.matrix[5..<12]
        #expect(part.rows == 7 && part.columns == columns)
        #expect(compute.product(input, part).bits == Array(compute.product(input, weights.matrix)[5..<12]).bits)
    }

    @Test(arguments: Format.all) func gatherDecodesAndScalesTheRowsOfItsIds(format: Format) {
        let columns = Self.columnCounts(format).last!
        let table = TestMatrix(format, rows: 11, columns: columns, seed: 19)
        let ids: [Int32] = [3, 0, 10, 3, 7]
        var output = [Float](repeating: .nan, count: ids.count * columns)
        output.withRows(width: columns) {
            Compute(threadCount: 1, precision: .floats).gather(ids[...], of: table.matrix, scale: 5.5, into: $0)
        }
        let expected = ids.flatMap { table.values.rows(Int($0)..<Int($0) + 1, width: columns) }.map { $0 * 5.5 }
        #expect(output.bits == expected.bits)
    }
}
