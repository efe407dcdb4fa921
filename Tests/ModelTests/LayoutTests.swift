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

    @Test("A scale beside the fused tensor is that of all three")
    func fusedScale() throws {
        let file = try file("e2b-q8_0")
        // A scale for each of the three, and one for the fused tensor.
        var apart = try file.copy()
        for part in ["q", "k", "v"] { try apart.add(scale: "blk.1.attn_\(part)", [0.5]) }
        let names = ["q", "k", "v"].map { "blk.1.attn_\($0).weight" }
        var fused = try file.copy(tensors: { !names.contains($0.name) })
        let parts = try names.map { try #require(file.tensor($0)) }
        try fused.add(
            tensor: "blk.1.attn_qkv.weight", dimensions: [64, parts.reduce(0) { $0 + $1.rowCount }],
            type: parts[0].type, bytes: parts.flatMap { Array(file.data(of: $0).bytes) })
        try fused.add(scale: "blk.1.attn_qkv", [0.5])
        #expect(try logits(fused.file()) == logits(apart.file()))
        #expect(try logits(fused.file()) != logits(file))
    }

    @Test("Query, key and value fused in a layer that shares a cache: the query is used")
    func fusedSharing() throws {
        let file = try file("e2b-q8_0")
        let query = try #require(file.tensor("blk.4.attn_q.weight"))
        var writer = try file.copy(tensors: { $0.name != query.name })
        let other = [UInt8](repeating: 0x55, count: query.type.byteCount(of: 64) * 32)
        try writer.add(
            tensor: "blk.4.attn_qkv.weight", dimensions: [64, query.rowCount + 32], type: query.type,
            bytes: Array(file.data(of: query).bytes) + other)
        #expect(try logits(writer.file()) == logits(file))
    }

    @Test("Scales of experts: one for all, or one for each", arguments: ["gate_up", "apart"])
    func expertScales(_ layout: String) throws {
        let file = try file("26b-a4b-q8_0")
        let (name, plain) = ("blk.0.ffn_gate_up_exps", try logits(file))
        let both = try #require(file.tensor(name + ".weight"))
        let (columns, rows, experts) = (both.dimensions[0], both.dimensions[1], both.dimensions[2])
        let expertBytes = both.type.byteCount(of: columns) * rows
        var bytes = Array(file.data(of: both).bytes)
        // Every other expert's weights are doubled, and its scale halved.
        for expert in stride(from: 0, to: experts, by: 2) {
            bytes.doubleQ8(in: expert * expertBytes..<(expert + 1) * expertBytes)
        }
        let scales = (0..<experts).map { $0.isMultiple(of: 2) ? 0.5 : 1 as Float }
        func writer(_ scales: [Float]) throws -> GGUFWriter {
            var writer = try file.copy(tensors: { $0.name != name + ".weight" })
            if layout == "gate_up" {
                try writer.add(tensor: name + ".weight", dimensions: both.dimensions, type: both.type, bytes: bytes)
                try writer.add(scale: name, scales)
                return writer
            }
            for (index, part) in ["gate", "up"].enumerated() {
                let half = expertBytes / 2
                try writer.add(
                    tensor: "blk.0.ffn_\(part)_exps.weight", dimensions: [columns, rows / 2, experts], type: both.type,
                    bytes: (0..<experts).flatMap { bytes[($0 * 2 + index) * half..<($0 * 2 + index + 1) * half] })
                try writer.add(scale: "blk.0.ffn_\(part)_exps", scales)
            }
            return writer
        }
        #expect(try logits(writer(scales).file()) == plain)
        // One for all: not what these weights need.
        #expect(try logits(writer([0.5]).file()) != plain)
        #expect(throws: TensorError.self) { try Target(writer([1, 1, 1]).file()) }
    }

    @Test("The router's scale of each expert under Ollama's other name")
    func perExpertScale() throws {
        let file = try file("26b-a4b-q8_0")
        var writer = try file.copy(tensors: { !$0.name.hasSuffix("ffn_down_exps.scale") })
        for tensor in file.tensors where tensor.name.hasSuffix("ffn_down_exps.scale") {
            let name = tensor.name.replacingOccurrences(
                of: "ffn_down_exps.scale", with: "ffn_gate_inp.per_expert_scale")
            try writer.add(
                tensor: name, dimensions: tensor.dimensions, type: tensor.type, region: file.data(of: tensor))
        }
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

extension GGUFWriter {
    /// The values that products with the tensor `name` are multiplied by.
    fileprivate mutating func add(scale name: String, _ values: [Float]) throws {
        try add(
            tensor: name + ".scale", dimensions: [values.count], type: .f32,
            bytes: values.withUnsafeBytes { Array($0) })
    }
}

extension [UInt8] {
    /// Doubles the scales of the Q8_0 blocks in `range`.
    fileprivate mutating func doubleQ8(in range: Range<Int>) {
        for block in stride(from: range.lowerBound, to: range.upperBound, by: 34) {
            let scale = Float16(bitPattern: UInt16(self[block]) | UInt16(self[block + 1]) << 8) * 2
            self[block] = UInt8(scale.bitPattern & 0xff)
            self[block + 1] = UInt8(scale.bitPattern >> 8)
        }
    }
}
