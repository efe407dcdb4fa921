import Tensor
import Testing

/// Operations on activations read and write no float past the last one.
@Suite struct GuardedActivationTests {
    private typealias Operation = @Sendable (Compute, Rows, Rows) throws -> Void

    /// Each from some rows into as many of the same width.
    private static let operations: [(name: String, run: Operation)] = [
        ("norm", { $0.norm($1, weight: nil, epsilon: 1e-6, into: $2) }),
        (
            "weighted norm",
            { try $0.norm($1, weight: FloatBuffer([Float](repeating: 2, count: $1.width)), epsilon: 1e-6, into: $2) }
        ),
        (
            "softmax",
            { compute, input, output in
                output.base.update(from: input.base, count: input.elementCount)
                compute.softmax(output)
            }
        ),
        (
            "gelu",
            { compute, input, output in
                output.base.update(from: input.base, count: input.elementCount)
                compute.gelu(output, times: input)
            }
        ),
        (
            "soft cap",
            { compute, input, output in
                output.base.update(from: input.base, count: input.elementCount)
                compute.softCap(output, cap: 3)
            }
        ),
        (
            "sum",
            { compute, input, output in
                output.base.update(from: input.base, count: input.elementCount)
                compute.add(input, to: output)
            }
        ),
    ]

    @Test(arguments: [1, 2, 3, 15, 16, 17, 31, 33, 100], Form.all)
    func rowOperationsStayInside(width: Int, form: Form) throws {
        for edge in GuardedMemory.Edge.allCases { try checkRowOperations(width: width, edge, form) }
    }

    private func checkRowOperations(width: Int, _ edge: GuardedMemory.Edge, _ form: Form) throws {
        var generator = Generator(81)
        let compute = form.compute(threads: 2)
        let input = generator.floats(3 * width, scale: 4)
        for operation in Self.operations {
            let output = try input.guarded(edge, width: width, to: input.count, width: width) {
                try operation.run(compute, $0, $1)
            }
            let expected = try input.mapped(width: width, to: input.count, width: width) {
                try operation.run(compute, $0, $1)
            }
            #expect(output.bits == expected.bits, "\(operation.name)")
        }
    }

    @Test(arguments: [1, 2, 15, 16, 17, 33, 100, 1000], Form.all)
    func reductionsStayInside(count: Int, form: Form) throws {
        for edge in GuardedMemory.Edge.allCases { try checkReductions(count: count, edge, form.kernels) }
    }

    private func checkReductions(
        count: Int, _ edge: GuardedMemory.Edge, _ kernels: any KernelSet.Type
    ) throws {
        var generator = Generator(82)
        let logits = generator.floats(count, scale: 10)
        let results = try logits.guarded(edge, width: count, to: 2, width: 1) { input, output in
            output.base[0] = Float(kernels.argmax(input.row(0)))
            output.base[1] = kernels.largestProbability(input.row(0))
        }
        let expected = logits.withUnsafeBufferPointer { [Float(kernels.argmax($0)), kernels.largestProbability($0)] }
        #expect(results == expected)
    }

    private static let heads = [
        AttentionCase(headCount: 1, group: 3, width: 32, positions: 37),
        AttentionCase(headCount: 2, group: 2, width: 64, window: 20, positions: 50),
    ]

    /// The engine owns the memory of caches; the rows that are stored and the queries are guarded here.
    @Test(arguments: AttentionCase.withTypes(heads), Form.all)
    func attentionStaysInside(test: (attention: AttentionCase, type: CacheType), form: Form) throws {
        for edge in GuardedMemory.Edge.allCases { try checkAttention(test.attention, test.type, edge, form) }
    }

    private func checkAttention(
        _ attention: AttentionCase, _ type: CacheType, _ edge: GuardedMemory.Edge, _ form: Form
    ) throws {
        let compute = form.compute(threads: 2)
        let input = attention.input(seed: 83)
        let cache = try attention.cache(type: type)
        var output: [Float] = []
        for start in stride(from: 0, to: attention.positions, by: 7) {
            let range = start..<min(start + 7, attention.positions)
            let values = try input.values.rows(range, width: attention.keyWidth).withUnsafeBytes {
                try GuardedMemory(Array<UInt8>($0), at: edge)
            }
            _ = try input.keys.rows(range, width: attention.keyWidth).guarded(
                edge, width: attention.keyWidth, to: 0, width: 1
            ) { keys, _ in
                let values = values.rows(width: attention.keyWidth)
                compute.store(keys: keys, values: values, firstPosition: start, in: cache)
            }
            let queries = input.queries.rows(range, width: attention.queryWidth)
            output += try withExtendedLifetime(values) {
                try queries.guarded(
                    edge, width: attention.queryWidth, to: queries.count, width: attention.queryWidth
                ) {
                    compute.attention(
                        $0, firstPosition: start, cache: cache, mask: attention.mask, into: $1)
                }
            }
        }
        #expect(try output.bits == attention.run(input, batch: 7, type: type, form: form).bits)
    }
}
