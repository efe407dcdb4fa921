import Foundation
import GGUF
import Gemma4
import Tensor
import Testing

/// Files store the same weights in several layouts; the model is the same.
@Suite("Tensor layouts")
struct LayoutTests {
    private func logits(_ file: GGUFFile) throws -> [UInt32] {
        let context = try TargetContext(Target(file), contextLength: 32, compute: Compute(threadCount: 1))
        return try context.lastLogits([2, 5, 9, 100, 37, 8, 250, 251, 252, 30, 31])
    }

    private func file(_ pair: String) throws -> GGUFFile {
        try GGUFFile(contentsOf: Fixtures.folder.appendingPathComponent("\(pair)/target.gguf"))
    }

    @Test("Query, key and value fused in one tensor")
    func fusedAttention() throws {
        let file = try file("e2b-q8_0")
        var writer = try file.copy(tensors: { tensor in
            !["attn_q.weight", "attn_k.weight", "attn_v.weight"].contains { tensor.name == "blk.1.\($0)" }
        })
        let parts = try ["q", "k", "v"].map { try #require(file.tensor("blk.1.attn_\($0).weight")) }
        try writer.add(
            tensor: "blk.1.attn_qkv.weight", dimensions: [64, parts.reduce(0) { $0 + $1.rowCount }],
            type: parts[0].type, bytes: parts.flatMap { Array(file.data(of: $0).bytes) })
        #expect(try logits(writer.file()) == logits(file))
    }

    @Test("A head of its own in place of the embedding table")
    func ownHead() throws {
        let file = try file("e2b-q8_0")
        let table = try #require(file.tensor("token_embd.weight"))
        var same = try file.copy()
        try same.add(
            tensor: "output.weight", dimensions: table.dimensions, type: table.type, region: file.data(of: table))
        #expect(try logits(same.file()) == logits(file))

        var zero = try file.copy()
        try zero.add(
            tensor: "output.weight", dimensions: table.dimensions, type: table.type,
            bytes: [UInt8](repeating: 0, count: table.byteCount))
        #expect(try logits(zero.file()).allSatisfy { $0 == 0 })
    }

    @Test("Experts' gates and ups in two tensors")
    func splitExperts() throws {
        let file = try file("26b-a4b-q8_0")
        let name = "blk.0.ffn_gate_up_exps.weight"
        let both = try #require(file.tensor(name))
        let (columns, rows, experts) = (both.dimensions[0], both.dimensions[1] / 2, both.dimensions[2])
        let half = both.type.byteCount(of: columns) * rows
        let bytes = Array(file.data(of: both).bytes)
        var writer = try file.copy(tensors: { $0.name != name })
        for (index, part) in ["gate", "up"].enumerated() {
            try writer.add(
                tensor: "blk.0.ffn_\(part)_exps.weight", dimensions: [columns, rows, experts], type: both.type,
                bytes: (0..<experts).flatMap { bytes[($0 * 2 + index) * half..<($0 * 2 + index + 1) * half] })
        }
        #expect(try logits(writer.file()) == logits(file))
    }
}
