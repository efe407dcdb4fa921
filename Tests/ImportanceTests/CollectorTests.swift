import Evaluation
import Foundation
import GGUF
import Gemma4
import ImportanceMatrix
import Platform
import Tensor
import Testing

@Suite struct CollectorTests {
    private static let columns = 40

    /// Tensors of floats that products may use.
    private static func file() throws -> GGUFFile {
        var writer = GGUFWriter()
        for (name, shape) in [
            ("token_embd.weight", [columns, 3]), ("blk.0.attn_q.weight", [columns, 3]),
            ("blk.0.attn_qkv.weight", [columns, 6]), ("blk.1.ffn_gate_up_exps.weight", [columns, 4, 3]),
            ("blk.1.ffn_down_exps.scale", [columns, 2]), ("output.weight", [columns, 3]),
        ] {
            let count = shape.reduce(1, *)
            let values = (0..<count).map { Float($0 % 7) - 3 }
            try writer.add(
                tensor: name, dimensions: shape, type: .f32, bytes: values.withUnsafeBytes(Array.init))
        }
        return try GGUFFile(ByteRegion(writer.bytes()))
    }

    private let file: GGUFFile
    private let compute = Compute(threadCount: 2, precision: .floats)

    init() throws { file = try Self.file() }

    /// Multiplies `count` rows by `weights`; returns the sums of squares of their columns.
    private func multiply(by weights: Matrix, count: Int, first: Float = 0.5) throws -> [Float] {
        let (input, output) = (try FloatBuffer(count: count, Self.columns), try FloatBuffer(count: count, weights.rows))
        for index in 0..<input.count { input.base[index] = first + Float(index % 11) / 8 }
        compute.multiply(
            input.rows(width: Self.columns), by: weights, into: output.rows(width: weights.rows))
        return (0..<Self.columns).map { column in
            (0..<count).reduce(0) { $0 + input[$1 * Self.columns + column] * input[$1 * Self.columns + column] }
        }
    }

    private func collect(includesOutput: Bool = false, _ body: () throws -> Void) throws -> ImportanceMatrix {
        let collector = try ImportanceCollector(file, includesOutput: includesOutput, pool: compute.pool)
        compute.observer = collector
        defer { compute.observer = nil }
        try body()
        return try collector.matrix(chunkLength: 512)
    }

    @Test func sumsOfSquaresByColumn() throws {
        let query = try file.matrix("blk.0.attn_q.weight", shape: [3, Self.columns])
        var expected: [Float] = []
        let matrix = try collect {
            let (a, b) = (try multiply(by: query, count: 5), try multiply(by: query, count: 1, first: 2))
            expected = zip(a, b).map { $0 + $1 }
        }
        #expect(matrix.names == ["blk.0.attn_q.weight"])
        #expect(matrix.entries["blk.0.attn_q.weight"] == .init(sums: expected, counts: [6]))
    }

    @Test func onlyWeightsOfLayersAreCollected() throws {
        let products = {
            for name in ["token_embd.weight", "output.weight"] {
                _ = try multiply(by: try file.matrix(name, shape: [3, Self.columns]), count: 2)
            }
            _ = try multiply(
                by: try file.matrix("blk.1.ffn_down_exps.scale", shape: [2, Self.columns]), count: 2)
        }
        #expect(try collect(products).names == [])
        #expect(try collect(includesOutput: true, products).names == ["output.weight"])
    }

    /// Queries, keys and values are parts of one matrix and have one input.
    @Test func anInputCountsOncePerTensor() throws {
        let fused = try file.matrix("blk.0.attn_qkv.weight", shape: [6, Self.columns])
        let matrix = try collect { for part in [0..<2, 2..<4, 4..<6] { _ = try multiply(by: fused[part], count: 3) } }
        #expect(matrix.entries["blk.0.attn_qkv.weight"]?.counts == [3])
    }

    /// Gate and up of an expert are halves of one slice.
    @Test func anExpertHasTheRowsThatWereRoutedToIt() throws {
        let experts = try file.matrix("blk.1.ffn_gate_up_exps.weight", shape: [3, 4, Self.columns])
        var expected: [[Float]] = [[], [], []]
        let matrix = try collect {
            for (expert, count) in [(0, 4), (2, 1)] {
                let gate = expert * 4..<expert * 4 + 2
                expected[expert] = try multiply(by: experts[gate], count: count)
                _ = try multiply(by: experts[gate.upperBound..<gate.upperBound + 2], count: count)
            }
        }
        let entry = try #require(matrix.entries["blk.1.ffn_gate_up_exps.weight"])
        #expect(entry.counts == [4, 0, 1])
        #expect(entry.sums == expected[0] + Array(repeating: 0, count: Self.columns) + expected[2])
    }

    @Test func gatedProductsAreTwo() throws {
        let gate = try file.matrix("blk.0.attn_q.weight", shape: [3, Self.columns])
        let up = try file.matrix("output.weight", shape: [3, Self.columns])
        let input = try FloatBuffer(count: 2, Self.columns)
        for index in 0..<input.count { input.base[index] = 1 }
        let (a, b) = (try FloatBuffer(count: 2, 3), try FloatBuffer(count: 2, 3))
        let matrix = try collect(includesOutput: true) {
            compute.multiplyGated(
                input.rows(width: Self.columns), gate: gate, up: up, into: a.rows(width: 3), scratch: b.rows(width: 3))
        }
        #expect(matrix.entries.values.map(\.counts) == [[2], [2]])
    }

    @Test func numbersThatAreNotFiniteAreRefused() throws {
        let query = try file.matrix("blk.0.attn_q.weight", shape: [3, Self.columns])
        for bad in [Float.nan, .infinity, -.infinity] {
            #expect(throws: ImportanceError.notFinite(tensor: "blk.0.attn_q.weight")) {
                try collect { _ = try multiply(by: query, count: 2, first: bad) }
            }
        }
        // Its square is finite in double precision only.
        #expect(throws: ImportanceError.self) { try collect { _ = try multiply(by: query, count: 2, first: 1e30) } }
    }

    @Test func aMatrixOfAnotherModelCannotBeAdded() throws {
        func check(_ entries: [String: (sums: Int, counts: Int)]) throws {
            var writer = GGUFWriter()
            writer.metadata.set("general.type", .string("imatrix"))
            writer.metadata.set("imatrix.chunk_count", .uint32(1))
            writer.metadata.set("imatrix.chunk_size", .uint32(512))
            for (name, entry) in entries {
                for (ending, columns) in [(".in_sum2", entry.sums / entry.counts), (".counts", 1)] {
                    try writer.add(
                        tensor: name + ending, dimensions: [columns, entry.counts], type: .f32,
                        bytes: Array(repeating: 0, count: 4 * columns * entry.counts))
                }
            }
            let collector = try ImportanceCollector(file, includesOutput: false, pool: compute.pool)
            try collector.check(ImportanceMatrix(ByteRegion(writer.bytes())))
        }
        let (query, experts) = ("blk.0.attn_q.weight", "blk.1.ffn_gate_up_exps.weight")
        try check([query: (Self.columns, 1), "output.weight": (Self.columns, 1)])
        try check([experts: (3 * Self.columns, 3)])
        try check([experts: (3 * Self.columns, 1)])
        #expect(throws: ImportanceError.otherModel(entry: query)) { try check([query: (Self.columns + 1, 1)]) }
        #expect(throws: ImportanceError.otherModel(entry: experts)) { try check([experts: (3 * Self.columns, 2)]) }
        #expect(throws: ImportanceError.otherModel(entry: "blk.7.attn_q.weight")) {
            try check(["blk.7.attn_q.weight": (Self.columns, 1)])
        }
        let collector = try ImportanceCollector(file, includesOutput: false, pool: compute.pool)
        #expect(throws: Never.self) { try collector.check(ImportanceMatrix()) }
    }

    // MARK: - Models

    /// Of the shapes of each released model: seven tensors of each layer, keys where a layer has a cache, values where
    /// they are not the keys; router and experts. So E2B has 275 and 26B-A4B 295.
    @Test(
        arguments: [
            ("e2b-q8_0", 7 * 7 + 2 * 3), ("e4b", 7 * 6 + 2 * 4), ("31b", 5 * 4 + 4 + 3),
            ("26b-a4b-q8_0", 8 * 4 + 4 + 3),
        ])
    func everyTensorOfEveryLayer(_ name: String, _ count: Int) throws {
        let file = try GGUFFile(contentsOf: Fixtures.target(name))
        let chunks = try TokenChunks((0..<64).map { Int32(5 + $0 * 7 % 300) }, length: 32)
        let matrix = try ImportanceMatrix(file, chunks: chunks)
        #expect(matrix.entries.count == count)
        for (tensor, entry) in matrix.entries {
            let info = try #require(file.tensor(tensor))
            let experts = info.dimensions.dropFirst(2).reduce(1, *)
            #expect(entry.sums.count == info.dimensions[0] * experts && entry.counts.count == experts)
            // Every row, of layers that share a cache too; two experts for each token.
            #expect(entry.counts.reduce(0, +) == (experts > 1 ? 2 * 64 : 64), "\(tensor)")
        }
    }

    /// Without an observer the rows of a prompt skip the layers that own no cache; what they leave is the same.
    @Test func readingThroughoutLeavesTheSameLogits() throws {
        let file = try GGUFFile(contentsOf: Fixtures.target("e2b-q8_0"))
        let chunks = try TokenChunks((0..<64).map { Int32(5 + $0 * 7 % 300) }, length: 32)
        func logits(_ read: (ChunkReader, (ChunkReader.Scored) throws -> Void) throws -> Void) throws -> [Float] {
            let context = try TargetContext(
                Target(file), contextLength: 32, batchLength: 12, compute: Compute(threadCount: 1, precision: .floats))
            var logits: [Float] = []
            try read(ChunkReader(context, bos: 2)) { scored in
                logits += UnsafeBufferPointer(start: scored.logits.base, count: scored.logits.elementCount)
            }
            return logits
        }
        let plain = try logits { try $0.read(chunks, 1, $1) }
        #expect(plain.count == chunks.scoredPositions.count * 480)
        #expect(try logits { try $0.readThroughout(chunks, 1, logits: .scored, $1) } == plain)
        #expect(try logits { try $0.readThroughout(chunks, 1, logits: .all, $1) } == plain)
        #expect(try logits { try $0.readThroughout(chunks, 1, logits: .none, $1) } == [])
    }
}
