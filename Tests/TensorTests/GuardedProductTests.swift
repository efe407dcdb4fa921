import GGUF
import Platform
import Tensor
import Testing

/// Products read no weight and no activation past the last one. Prefetches may be anywhere.
@Suite struct GuardedProductTests {
    /// One panel and less, a panel and a bit, several; the tokens of a decode, a draft, and a prompt.
    private static let shapes = [1, 3, 4, 5, 15, 16, 17, 33].flatMap { rows in [1, 2, 3, 9].map { (rows, $0) } }

    /// The same matrix, in ordinary memory and next to an inaccessible page.
    private func matrices(
        _ format: Format, rows: Int, columns: Int, at edge: GuardedMemory.Edge
    ) throws -> (plain: Matrix, guarded: Matrix) {
        var generator = Generator(UInt64(rows))
        let bytes = format.randomRows(count: rows * columns, &generator)
        func matrix(_ region: ByteRegion) -> Matrix {
            Matrix(rows: rows, columns: columns, type: format.type, region: region)
        }
        return (matrix(ByteRegion(bytes)), matrix(try GuardedMemory(bytes, at: edge).region))
    }

    @Test(arguments: Format.integers, Form.all)
    func integerKernelsStayInside(format: Format, form: Form) throws {
        let activations = try #require(format.traits.activations)
        let compute = form.compute(threads: 1)
        var generator = Generator(71)
        let columns = format.granule
        let cases = Self.shapes.flatMap { shape in GuardedMemory.Edge.allCases.map { (shape, $0) } }
        for ((rows, tokens), edge) in cases {
            let weights = try matrices(format, rows: rows, columns: columns, at: edge)
            let input = generator.floats(tokens * columns)
            func product(_ weights: Matrix) throws -> [Float] {
                try input.guarded(edge, width: columns, to: tokens * rows, width: rows) { input, output in
                    form.multiply(compute.quantize(input, for: activations), by: weights, into: output)
                }
            }
            #expect(try product(weights.guarded).bits == product(weights.plain).bits, "\(rows), \(tokens)")
        }
    }

    @Test(
        arguments: Format.all.flatMap { format in
            (format.isQuantized ? [ActivationPrecision.bytes, .floats] : [.floats]).map { (format, $0) }
        }, Form.all)
    func productsStayInside(test: (format: Format, precision: ActivationPrecision), form: Form) throws {
        for edge in GuardedMemory.Edge.allCases { try checkProducts(test.format, test.precision, edge, form) }
    }

    private func checkProducts(
        _ format: Format, _ precision: ActivationPrecision, _ edge: GuardedMemory.Edge, _ form: Form
    ) throws {
        let compute = form.compute(threads: 2, precision: precision)
        var generator = Generator(72)
        let columnCounts = format.isQuantized ? [format.granule, 3 * format.granule] : [1, 31, 33, 100]
        for columns in columnCounts {
            // Rows of several blocks only from the edges of panels on.
            let isShort = columns == columnCounts.first
            let shapes =
                isShort ? Self.shapes + [(301, 1), (301, 17), (130, 40)] : Self.shapes.filter { $0.0 % 16 < 2 }
            for (rows, tokens) in shapes {
                let weights = try matrices(format, rows: rows, columns: columns, at: edge)
                let input = generator.floats(tokens * columns)
                let product = try input.guarded(edge, width: columns, to: tokens * rows, width: rows) {
                    compute.multiply($0, by: weights.guarded, into: $1)
                }
                #expect(product.bits == compute.product(input, weights.plain).bits, "\(rows) x \(columns), \(tokens)")
            }
        }
    }

    /// Experts are slices of a matrix, and single rows are embeddings and candidates of the ordered head.
    @Test(arguments: Format.all, Form.all)
    func someRowsStayInside(format: Format, form: Form) throws {
        for edge in GuardedMemory.Edge.allCases { try checkSomeRows(format, edge, form) }
    }

    private func checkSomeRows(_ format: Format, _ edge: GuardedMemory.Edge, _ form: Form) throws {
        let compute = form.compute(threads: 2)
        var generator = Generator(73)
        let columns = format.isQuantized ? format.granule : 33
        let weights = try matrices(format, rows: 70, columns: columns, at: edge)
        let input = generator.floats(columns)
        for range in [0..<1, 0..<17, 53..<70, 69..<70] {
            let product = try input.guarded(edge, width: columns, to: range.count, width: range.count) {
                compute.multiply($0, by: weights.guarded[range], into: $1)
            }
            #expect(product.bits == compute.product(input, weights.plain[range]).bits)
        }
        let ids: [Int32] = [69, 0, 68, 1, 69]
        func selected(_ weights: Matrix) throws -> [Float] {
            try input.guarded(edge, width: columns, to: ids.count, width: 1) { input, output in
                ids.withUnsafeBufferPointer { compute.multiply(input, byRows: $0, of: weights, into: output.base) }
            }
        }
        #expect(try selected(weights.guarded).bits == selected(weights.plain).bits)
        func gathered(_ table: Matrix) throws -> [Float] {
            try [Float]().guarded(edge, width: 1, to: ids.count * columns, width: columns) { _, output in
                compute.gather(ids[...], of: table, scale: 2, into: output)
            }
        }
        #expect(try gathered(weights.guarded).bits == gathered(weights.plain).bits)
    }
}
