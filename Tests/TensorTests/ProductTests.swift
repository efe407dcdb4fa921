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

    /// The bound on a sum of `count` products in any order: one rounding for each product and each addition.
    private func tolerance(_ twin: Twin, count: Int) -> Double {
        twin.magnitude * Double(count + 1) * unitRoundoff * 1.001
    }

    private func dot(_ format: Format, _ bytes: [UInt8], _ x: [Float], _ form: Form) -> Float {
        bytes.withUnsafeBytes { bytes in
            bytes.baseAddress.map { form.kernels.dot($0, format.type.id, x, count: x.count) } ?? .nan
        }
    }

    @Test(arguments: Format.all, Form.all) func aDotProductIsThatOfItsTwin(format: Format, form: Form) {
        var generator = Generator(10)
        let counts = Self.columnCounts(format) + (format.isQuantized ? [1024] : [2, 15, 31, 63, 1000])
        for count in counts {
            for scale in [Float(1), 1e-4, 1e3] {
                let bytes = format.encoded(generator.floats(count, scale: scale))
                let x = generator.floats(count)
                let twin = Twin.dot(format.decoded(bytes, by: form.kernels), x)
                // Lane after lane: a product and a sum for each group of 32, then five halvings.
                let limit = tolerance(twin, count: 2 * (count / 32 + 1) + 5)
                #expect(abs(Double(dot(format, bytes, x, form)) - twin.value) <= limit, "\(count) values")
            }
        }
    }

    @Test(arguments: Format.all, tokenCounts) func aProductIsThatOfItsTwin(format: Format, tokens: Int) {
        var generator = Generator(11)
        for columns in Self.columnCounts(format) {
            let input = generator.floats(tokens * columns)
            for (rows, forms) in Self.rowCounts.flatMap({ rows in Form.decodingAlike(format).map { (rows, $0) } }) {
                let weights = TestMatrix(
                    format, rows: rows, columns: columns, seed: UInt64(rows + columns), form: forms[0])
                let twins = weights.product(input)
                for form in forms {
                    let compute = form.compute(threads: 2, precision: .floats)
                    let worst = worstError(compute.product(input, weights.matrix), twins.map(\.value)) {
                        tolerance(twins[$0], count: columns)
                    }
                    #expect(worst <= 1, "\(form.testDescription), \(rows) rows, \(columns) columns")
                }
            }
        }
    }

    @Test(arguments: Format.all.flatMap { format in [1, 3, 9].map { (format, $0) } }, Form.all)
    func weightsNeedNoAlignment(test: (format: Format, tokens: Int), form: Form) {
        let (format, tokens) = test
        var generator = Generator(12)
        let columns = max(64, format.granule)
        let input = generator.floats(tokens * columns)
        let aligned = TestMatrix(format, rows: 9, columns: columns, seed: 13, form: form)
        let shifted = TestMatrix(format, rows: 9, columns: columns, seed: 13, shift: 1)
        let compute = form.compute(threads: 1, precision: .floats)
        let twins = aligned.product(input)
        let worst = worstError(compute.product(input, shifted.matrix), twins.map(\.value)) {
            tolerance(twins[$0], count: columns)
        }
        #expect(worst <= 1)
    }

    @Test(arguments: Format.all, Form.all) func aProductOfNoTokensWritesNothing(format: Format, form: Form) {
        let columns = max(32, format.granule)
        let weights = TestMatrix(format, rows: 4, columns: columns, seed: 16)
        var output: [Float] = [-77, -77, -77, -77]
        var input: [Float] = []
        input.withRows(width: columns) { input in
            output.withRows(width: 4) {
                form.compute(threads: 1, precision: .floats).multiply(
                    input, by: weights.matrix, into: $0.prefix(0))
            }
        }
        #expect(output == [-77, -77, -77, -77])
    }

    @Test(arguments: Format.all, Form.all) func someRowsOfAMatrixAreAMatrix(format: Format, form: Form) {
        var generator = Generator(17)
        let columns = max(32, format.granule)
        let weights = TestMatrix(format, rows: 20, columns: columns, seed: 18)
        let input = generator.floats(columns)
        let compute = form.compute(threads: 1, precision: .floats)
        let part = weights.matrix[5..<12]
        #expect(part.rows == 7 && part.columns == columns)
        #expect(compute.product(input, part).bits == Array(compute.product(input, weights.matrix)[5..<12]).bits)
    }

    @Test(arguments: Format.all, Form.all) func gatherDecodesAndScalesTheRowsOfItsIds(format: Format, form: Form) {
        let columns = Self.columnCounts(format).last!
        let table = TestMatrix(format, rows: 11, columns: columns, seed: 19, form: form)
        let ids: [Int32] = [3, 0, 10, 3, 7]
        var output = [Float](repeating: .nan, count: ids.count * columns)
        output.withRows(width: columns) {
            form.compute(threads: 1, precision: .floats).gather(ids[...], of: table.matrix, scale: 5.5, into: $0)
        }
        let expected = ids.flatMap { table.values.rows(Int($0)..<Int($0) + 1, width: columns) }.map { $0 * 5.5 }
        #expect(output.bits == expected.bits)
    }
}
