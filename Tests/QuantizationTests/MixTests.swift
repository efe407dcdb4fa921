import Foundation
import GGUF
import Platform
import Quantization
import Testing

/// The types that llama-quantize gives the tensors of models with the layers, heads and experts of the released ones.
/// All rows have 256 values unless stated.
@Suite struct MixTests {
    struct Shape {
        let layers: Int
        let heads: Int
        let keyValueHeads: Int
        var experts = 0
        /// Layers at the end that have no keys and values.
        var sharing = 0
        /// In every sixth layer, values are the keys.
        var hasFullLayers = false
        var hasPerLayerEmbeddings = false
        var hasOutput = false
        var isFused = false
        /// Other lengths of rows by name.
        var rows: [String: Int] = [:]
    }

    static let shapes: [String: Shape] = [
        "e2b": Shape(layers: 35, heads: 8, keyValueHeads: 1, sharing: 20, hasPerLayerEmbeddings: true),
        "b31": Shape(layers: 60, heads: 32, keyValueHeads: 16, hasFullLayers: true),
        "moe": Shape(
            layers: 30, heads: 16, keyValueHeads: 8, experts: 128, hasFullLayers: true,
            rows: ["ffn_down": 96, "ffn_down_exps": 96]),
        "moe256": Shape(layers: 30, heads: 16, keyValueHeads: 8, experts: 128),
        "moeg4": Shape(layers: 16, heads: 16, keyValueHeads: 4, experts: 128),
        "untied": Shape(layers: 16, heads: 16, keyValueHeads: 8, hasOutput: true),
        "fused": Shape(layers: 16, heads: 16, keyValueHeads: 8, isFused: true),
        "narrow": Shape(
            layers: 16, heads: 16, keyValueHeads: 8, hasPerLayerEmbeddings: true,
            rows: ["token_embd": 192, "attn_v": 192, "attn_q": 48, "ffn_down": 192, "attn_output": 192]),
    ]

    /// By shape and by type; `+imatrix` where an importance matrix changes a type. `*` is the type of all tensors that
    /// are not named, `3:Q4_K` that of the layers from the third on.
    private static let reference: [String: [String: String]] = {
        let url = fixtures.appendingPathComponent("quantize/mixes.json")
        return (try? JSONDecoder().decode([String: [String: String]].self, from: Data(contentsOf: url))) ?? [:]
    }()

    private static let fileTypes = FileType.allCases.filter { $0.number != nil }

    @Test(arguments: shapes.keys.sorted(), [false, true])
    func typesAreThoseOfLlamaQuantize(_ name: String, hasImportance: Bool) throws {
        let file = try file(try #require(Self.shapes[name]))
        var options = QuantizationOptions()
        if hasImportance { options.importance = try importance(for: file) }
        let reference = try #require(Self.reference[name])
        for type in Self.fileTypes {
            let plain = try #require(reference[type.rawValue])
            let line = hasImportance ? reference[type.rawValue + "+imatrix"] ?? plain : plain
            do {
                let types = try QuantizationPlan(file, to: type, options).types
                let wrong = types.filter { $0.value != expectedType(of: $0.key, line) }
                #expect(wrong.isEmpty, "\(type)")
            } catch QuantizationError.rowDoesNotFit {
                #expect(type == .q1_0 && line == "refused")
            } catch QuantizationError.needsImportance(let tensor, let found, isGiven: false) {
                #expect(!hasImportance && found == expectedType(of: tensor, line), "\(name) \(type) \(tensor)")
            }
        }
    }

    // MARK: - Parts

    private func file(_ shape: Shape) throws -> GGUFFile {
        var writer = try modelWriter(layers: UInt32(shape.layers))
        writer.metadata.set("gemma4.attention.head_count", .uint32(UInt32(shape.heads)))
        let keyValueHeads = Array(repeating: Int32(shape.keyValueHeads), count: shape.layers)
        writer.metadata.set("gemma4.attention.head_count_kv", .array(GGUFArray(keyValueHeads)))
        if shape.experts > 0 { writer.metadata.set("gemma4.expert_count", .uint32(UInt32(shape.experts))) }
        func add(_ prefix: String, _ name: String, experts: Int? = nil) throws {
            let row = shape.rows[name] ?? 256
            try writer.add("\(prefix)\(name).weight", experts.map { [row, 1, $0] } ?? [row, 2])
        }
        try add("", "token_embd")
        if shape.hasPerLayerEmbeddings { try add("", "per_layer_token_embd") }
        if shape.hasOutput { try add("", "output") }
        for layer in 0..<shape.layers {
            var names = ["attn_output", "ffn_gate", "ffn_up", "ffn_down"]
            let owns = layer < shape.layers - shape.sharing
            if shape.isFused {
                names.append("attn_qkv")
            } else {
                names.append("attn_q")
                if owns { names.append("attn_k") }
                if owns, !(shape.hasFullLayers && (layer + 1) % 6 == 0) { names.append("attn_v") }
            }
            if shape.hasPerLayerEmbeddings { names += ["inp_gate", "proj"] }
            for name in names { try add("blk.\(layer).", name) }
            if shape.experts > 0 {
                for name in ["ffn_gate_up_exps", "ffn_down_exps"] {
                    try add("blk.\(layer).", name, experts: shape.experts)
                }
            }
        }
        return try writer.file
    }

    private func expectedType(of tensor: String, _ line: String) -> String? {
        let parts = tensor.split(separator: ".")
        let (layer, name) = parts.count == 4 ? (Int(parts[1]) ?? 0, parts[2]) : (0, parts[0])
        let types = line.split(separator: " ").map { $0.split(separator: "=") }
        guard let runs = (types.first { $0[0] == name } ?? types.first { $0[0] == "*" })?[1] else { return nil }
        var type: Substring?
        for run in runs.split(separator: ",") {
            let pair = run.split(separator: ":")
            guard pair.count == 1 || Int(pair[0]) ?? .max <= layer else { break }
            type = pair.last
        }
        return type.map(String.init)
    }
}
