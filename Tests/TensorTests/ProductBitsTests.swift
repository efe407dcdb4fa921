import GGUF
import Tensor
import Testing

/// Products give the same bits however they are split: the reason why drafting does not change a text.
@Suite struct ProductBitsTests {
    private static let batches = [1, 2, 3, 4, 5, 8, 9, 17, 33]

    /// The largest batch of float rows that BLAS never sees.
    private func largestFloatBatch(_ form: Form) -> Int { form.kernels.prefersBLAS ? 8 : 33 }

    /// Rows and columns; two are large enough for a single token to be split among threads, and the last one's rows so
    /// long that a thread's share takes several panels. How work is split is no matter of the format, so that some of
    /// them will do for these.
    private static func shapes(_ format: Format) -> [(rows: Int, columns: Int)] {
        let columns = ProductTests.columnCounts(format)
        let shapes = [1, 3, 4, 5, 64, 65, 130].flatMap { rows in columns.map { (rows, $0) } }
        guard !format.isQuantized || splitFormats.contains(format.type) else { return shapes }
        return shapes + [(1030, max(128, format.granule)), (2051, 256), (130, 3328)]
    }

    /// Blocks of 32, 64 and 256, with minima, of codes and of grids, and both rotations.
    private static let splitFormats: Set<TensorType> = [.q8_0, .nvfp4, .q4_k, .iq3_s, .tbq3_0, .tbq4_k]

    /// Each row of `input` multiplied by itself, on one thread.
    private func singles(
        _ input: [Float], _ weights: Matrix, _ form: Form, _ precision: ActivationPrecision = .bytes
    ) -> [Float] {
        let compute = form.compute(threads: 1, precision: precision)
        return (0..<input.count / weights.columns).flatMap {
            compute.product(input.rows($0..<$0 + 1, width: weights.columns), weights)
        }
    }

    @Test(
        arguments: Format.quantized.flatMap { format in [ActivationPrecision.bytes, .floats].map { (format, $0) } },
        Form.all)
    func aQuantizedRowGivesTheSameBitsInAnyBatchOnAnyThreads(
        test: (format: Format, precision: ActivationPrecision), form: Form
    ) {
        for threads in form.isCurrent ? [1, 2, 3] : [2] {
            checkBits(test.format, form, form.compute(threads: threads, precision: test.precision))
        }
    }

    private func checkBits(_ format: Format, _ form: Form, _ compute: Compute) {
        var generator = Generator(20)
        for (rows, columns) in Self.shapes(format) {
            let weights = TestMatrix(format, rows: rows, columns: columns, seed: 21).matrix
            let input = generator.floats(33 * columns)
            let expected = singles(input, weights, form, compute.precision).bits
            for tokens in Self.batches {
                let product = compute.product(input.rows(0..<tokens, width: columns), weights)
                #expect(product.bits == Array(expected[..<(tokens * rows)]), "\(tokens) x \(rows) x \(columns)")
            }
        }
    }

    @Test(arguments: Format.quantized, Form.all) func aRowsPlaceInTheBatchDoesNotMatter(format: Format, form: Form) {
        var generator = Generator(22)
        let columns = format.columns(atLeast: 96)
        let weights = TestMatrix(format, rows: 70, columns: columns, seed: 23).matrix
        let input = generator.floats(17 * columns)
        let expected = singles(input, weights, form)
        let compute = form.compute(threads: 2)
        for first in 0..<12 {
            let product = compute.product(input.rows(first..<first + 5, width: columns), weights)
            #expect(product.bits == expected.rows(first..<first + 5, width: 70).bits)
        }
    }

    @Test(arguments: Format.floats.flatMap { format in [1, 2, 3].map { (format, $0) } }, Form.all)
    func aFloatRowGivesTheSameBitsInABatchWithoutBLAS(test: (format: Format, threads: Int), form: Form) {
        let (format, threads) = test
        let largestBatch = largestFloatBatch(form)
        var generator = Generator(24)
        let compute = form.compute(threads: threads)
        for (rows, columns) in Self.shapes(format) {
            let weights = TestMatrix(format, rows: rows, columns: columns, seed: 25).matrix
            let input = generator.floats(largestBatch * columns)
            let expected = singles(input, weights, form).bits
            for tokens in Self.batches where tokens <= largestBatch {
                let product = compute.product(input.rows(0..<tokens, width: columns), weights)
                #expect(product.bits == Array(expected[..<(tokens * rows)]), "\(tokens) x \(rows) x \(columns)")
            }
        }
    }

    @Test(arguments: Format.floats.flatMap { format in [9, 17, 33].map { (format, $0) } }, Form.all)
    func aFloatRowIsNearlyTheSameInALargeBatch(test: (format: Format, tokens: Int), form: Form) {
        let (format, tokens) = test
        var generator = Generator(26)
        let compute = form.compute(threads: 2)
        for (rows, columns) in Self.shapes(format) {
            let weights = TestMatrix(format, rows: rows, columns: columns, seed: 27)
            let input = generator.floats(tokens * columns)
            let expected = singles(input, weights.matrix, form)
            // Relative to the terms' magnitudes: their sum may be near to zero.
            let magnitudes = weights.product(input).map(\.magnitude)
            let worst = worstError(compute.product(input, weights.matrix), expected.map(Double.init)) {
                1e-5 * magnitudes[$0]
            }
            #expect(worst <= 1, "\(rows) rows, \(columns) columns")
        }
    }

    @Test(arguments: Format.floats.flatMap { format in [9, 17, 33].map { (format, $0) } }, Form.all)
    func threadsDoNotChangeTheBitsOfALargeFloatBatch(test: (format: Format, tokens: Int), form: Form) {
        let (format, tokens) = test
        var generator = Generator(28)
        let computes = (1...3).map { form.compute(threads: $0) }
        for (rows, columns) in Self.shapes(format) where rows >= 64 {
            let weights = TestMatrix(format, rows: rows, columns: columns, seed: 29).matrix
            let input = generator.floats(tokens * columns)
            let products = computes.map { $0.product(input, weights).bits }
            #expect(products[0] == products[1], "\(rows) rows, \(columns) columns, 2 threads")
            #expect(products[0] == products[2], "\(rows) rows, \(columns) columns, 3 threads")
        }
    }

    @Test(arguments: Format.all.flatMap { format in [1, 2, 3].map { (format, $0) } }, Form.all)
    func selectedRowsHaveTheBitsOfTheFullProduct(test: (format: Format, threads: Int), form: Form) {
        let (format, threads) = test
        var generator = Generator(30)
        let compute = form.compute(threads: threads)
        for columns in ProductTests.columnCounts(format) {
            let weights = TestMatrix(format, rows: 130, columns: columns, seed: 31).matrix
            var x = generator.floats(columns)
            let full = compute.product(x, weights)
            let selections: [[Int32]] = [
                [], [129], [5, 5, 0, 77], Array((0..<130).reversed()),
                (0..<300).map { _ in Int32.random(in: 0..<130, using: &generator) },
            ]
            for rows in selections {
                var output = [Float](repeating: .nan, count: rows.count)
                rows.withUnsafeBufferPointer { rows in
                    x.withRows(width: columns) { x in
                        output.withRows(width: 1) { compute.multiply(x, byRows: rows, of: weights, into: $0.base) }
                    }
                }
                #expect(output.bits == rows.map { full[Int($0)].bitPattern }, "\(rows.count) of \(columns) columns")
            }
        }
    }

    @Test(arguments: Form.all) func memoryOfALargerProductServesASmallerOne(form: Form) {
        var generator = Generator(32)
        let compute = form.compute(threads: 2)
        for columns in [32, 512, 64, 1024, 32] {
            for format in Format.all where columns.isMultiple(of: format.granule) {
                let weights = TestMatrix(format, rows: 50, columns: columns, seed: 33).matrix
                let input = generator.floats(9 * columns)
                let expected = form.compute(threads: 1).product(input, weights)
                #expect(compute.product(input, weights).bits == expected.bits)
            }
        }
    }
}
