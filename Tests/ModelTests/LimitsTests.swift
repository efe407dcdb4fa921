import Assistant
import Foundation
import GGUF
import Gemma4
import Tensor
import Testing

/// Every number of a file is in a stated range, or the file is refused with key, value and range.
@Suite("Limits of hyperparameters")
struct LimitsTests {
    private static func file(_ path: String) throws -> GGUFFile {
        try GGUFFile(contentsOf: Fixtures.folder.appendingPathComponent(path))
    }

    private func expectRefusal(
        of name: String, _ value: GGUFValue, in path: String, sourceLocation: SourceLocation = #_sourceLocation,
        load: (GGUFFile) throws -> Void = { _ = try Target($0) }
    ) throws {
        let broken = try Self.file(path).copy(metadata: { $0 == name ? value : $1 }).file()
        let error = #expect(throws: ModelError.self, sourceLocation: sourceLocation) { try load(broken) }
        guard case .invalidKey(name, _, let expected) = error else {
            Issue.record("\(String(describing: error))", sourceLocation: sourceLocation)
            return
        }
        #expect(!expected.isEmpty && error?.description.contains("\n") == false, sourceLocation: sourceLocation)
    }

    @Test(
        "A count or length outside its range is refused",
        arguments: [
            "block_count", "context_length", "embedding_length", "feed_forward_length", "attention.head_count",
            "attention.head_count_kv", "attention.sliding_window", "attention.sliding_window_pattern",
            "attention.key_length", "attention.key_length_swa", "embedding_length_per_layer_input",
            "attention.shared_kv_layers",
        ])
    func sizes(_ name: String) throws {
        for value in [-1, Int64.min, Int64(UInt32.max), .max] {
            try expectRefusal(of: "gemma4." + name, .int64(value), in: "e2b-q8_0/target.gguf")
        }
    }

    @Test(
        "Zero layers, heads, positions or widths are refused",
        arguments: [
            "block_count", "context_length", "embedding_length", "feed_forward_length", "attention.head_count",
            "attention.head_count_kv", "attention.sliding_window", "attention.sliding_window_pattern",
            "attention.key_length", "attention.key_length_swa",
        ])
    func zeros(_ name: String) throws {
        try expectRefusal(of: "gemma4." + name, .uint32(0), in: "e2b-q8_0/target.gguf")
    }

    @Test(
        "The first value above each limit is refused",
        arguments: [
            ("block_count", Limits.layers), ("embedding_length", Limits.embedding),
            ("feed_forward_length", Limits.feedForward), ("attention.head_count", Limits.heads),
            ("attention.head_count_kv", Limits.heads), ("attention.key_length", Limits.headWidth),
            ("attention.key_length_swa", Limits.headWidth),
            ("embedding_length_per_layer_input", Limits.perLayerEmbedding),
            ("context_length", Limits.contextLength), ("attention.sliding_window", Limits.slidingWindow),
        ])
    func upperBounds(_ name: String, _ range: ClosedRange<Int>) throws {
        let value = GGUFValue.uint64(UInt64(range.upperBound) + 1)
        try expectRefusal(of: "gemma4." + name, value, in: "e2b-q8_0/target.gguf")
    }

    @Test(
        "A float that single precision makes zero, infinite or useless is refused",
        arguments: [
            "attention.layer_norm_rms_epsilon", "rope.freq_base", "rope.freq_base_swa", "final_logit_softcapping",
        ])
    func floats(_ name: String) throws {
        let values: [GGUFValue] = [
            .float32(.nan), .float32(.infinity), .float32(-.infinity), .float32(0), .float32(-0.0), .float32(-1),
            .float32(.leastNonzeroMagnitude), .float64(1e-300), .float64(1e300), .float64(.leastNonzeroMagnitude),
            .float64(.nan), .uint32(0), .int64(.max), .int64(.min),
        ]
        for value in values where name != "final_logit_softcapping" || value.number != 0 {
            try expectRefusal(of: "gemma4." + name, value, in: "e2b-q8_0/target.gguf")
        }
    }

    @Test("An entry of a per-layer array outside its range is refused")
    func arrayEntries() throws {
        for (name, entry) in [
            ("feed_forward_length", Int32.max), ("attention.head_count", 0), ("attention.head_count_kv", -4),
        ] {
            let values = [Int32](repeating: 4, count: 6) + [entry]
            try expectRefusal(of: "gemma4." + name, .array(GGUFArray(values)), in: "e2b-q8_0/target.gguf")
        }
    }

    @Test("Heads that are too wide together are refused")
    func attentionWidth() throws {
        let widths = ["key_length", "key_length_swa", "value_length", "value_length_swa"].map {
            "gemma4.attention." + $0
        }
        let broken = try Self.file("e2b-q8_0/target.gguf").copy(metadata: { key, value in
            if widths.contains(key) || key.hasPrefix("gemma4.rope.dimension_count") { return .uint32(2048) }
            return key == "gemma4.attention.head_count" ? .uint32(64) : value
        }).file()
        #expect(
            throws: ModelError.invalidKey(
                key: "gemma4.attention.head_count", value: "64 in layer 0", expected: "at most 32 heads of width 2048")
        ) { try Target(broken) }
    }

    @Test(
        "Experts outside their ranges are refused, and more used than there are",
        arguments: [
            ("expert_count", -1), ("expert_count", 1025), ("expert_count", .max), ("expert_used_count", 0),
            ("expert_used_count", 9), ("expert_used_count", 65), ("expert_feed_forward_length", 0),
            ("expert_feed_forward_length", 65_537),
        ] as [(String, Int64)])
    func experts(_ name: String, _ value: Int64) throws {
        try expectRefusal(of: "gemma4." + name, .int64(value), in: "26b-a4b-q8_0/target.gguf")
    }

    @Test("A vocabulary outside its range is refused", arguments: [0, (1 << 20) + 1])
    func vocabulary(_ rows: Int) throws {
        let name = "token_embd.weight"
        var writer = try Self.file("e2b-q8_0/target.gguf").copy(tensors: { $0.name != name })
        try writer.add(
            tensor: name, dimensions: [1, rows], type: .f16, bytes: [UInt8](repeating: 0, count: 2 * rows))
        let broken = try writer.file()
        #expect(
            throws: ModelError.invalidTensor(name, found: "has \(rows) rows", expected: "1 to \(1 << 20)")
        ) { try Target(broken) }
    }

    @Test("A rotation's factor that is not a positive number is refused", arguments: [Float.nan, .infinity, 0, -1])
    func rotaryFactors(_ factor: Float) throws {
        let name = "rope_freqs.weight"
        for (path, load) in [
            ("e2b-q8_0/target.gguf", { _ = try Target($0) }), ("e2b-q8_0/assistant.gguf", { _ = try Drafter($0) }),
        ] as [(String, (GGUFFile) throws -> Void)] {
            let file = try Self.file(path)
            let info = try #require(file.tensor(name))
            var writer = try file.copy(tensors: { $0.name != name })
            var bytes = Array(file.data(of: info).bytes)
            bytes.replaceSubrange(8..<12, with: withUnsafeBytes(of: factor) { Array($0) })
            try writer.add(tensor: name, dimensions: info.dimensions, type: info.type, bytes: bytes)
            let broken = try writer.file()
            #expect(
                throws: ModelError.invalidTensor(
                    name, found: "holds \(factor) at index 2", expected: "a positive number")
            ) { try load(broken) }
        }
    }

    @Test(
        "A drafter's own sizes outside their ranges are refused",
        arguments: [
            ("embedding_length_out", 0), ("embedding_length_out", -1), ("embedding_length_out", 16_385),
            ("centroid_top_k", 0), ("centroid_top_k", -1), ("centroid_top_k", .max),
        ] as [(String, Int64)])
    func drafter(_ name: String, _ value: Int64) throws {
        try expectRefusal(of: "gemma4-assistant." + name, .int64(value), in: "e2b-q8_0/assistant.gguf") {
            _ = try Drafter($0)
        }
    }

    @Test("A router that gives NaN chooses no expert")
    func routerWithoutNumbers() throws {
        let file = try Self.file("26b-a4b-q8_0/target.gguf")
        let routers = file.tensors.filter { $0.name.hasSuffix("ffn_gate_inp.weight") }
        var writer = try file.copy(tensors: { !$0.name.hasSuffix("ffn_gate_inp.weight") })
        for info in routers {
            let nans = [Float](repeating: .nan, count: info.byteCount / 4)
            try writer.add(
                tensor: info.name, dimensions: info.dimensions, type: .f32,
                bytes: nans.withUnsafeBytes { Array($0.prefix(4 * info.dimensions.reduce(1, *))) })
        }
        try #require(!routers.isEmpty)
        let context = try TargetContext(Target(writer.file()), contextLength: 8, compute: Compute(threadCount: 1))
        let output = try context.forward([2, 7, 19], logits: 0..<3, hidden: 0..<3)
        #expect(output.logits.count == 3)
        withExtendedLifetime(context) {}
    }
}
