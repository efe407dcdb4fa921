import BundledModel
import Foundation
import GGUF
import Gemma4
import Tensor
import Testing

/// Every key that is missing or contradicts another is named.
@Suite("Configuration")
struct ConfigTests {
    private let file: GGUFFile

    init() throws { file = try GGUFFile(contentsOf: Fixtures.folder.appendingPathComponent("e2b-q8_0/target.gguf")) }

    @Test(
        "A missing key is named",
        arguments: [
            "block_count", "context_length", "embedding_length", "feed_forward_length", "attention.head_count",
            "attention.head_count_kv", "attention.layer_norm_rms_epsilon", "attention.sliding_window",
            "attention.sliding_window_pattern", "attention.key_length", "attention.key_length_swa", "rope.freq_base",
            "rope.freq_base_swa",
        ])
    func missingKey(_ name: String) throws {
        let key = "gemma4." + name
        let broken = try file.copy(metadata: { $0 == key ? nil : $1 }).file()
        #expect(throws: GGUFError.missingKey(key)) { try Target(broken) }
    }

    @Test(
        "A value that makes no sense is named",
        arguments: [
            ("attention.sliding_window", GGUFValue.uint32(0)), ("attention.shared_kv_layers", .uint32(7)),
            ("attention.shared_kv_layers", .uint32(8)), ("attention.key_length", .uint32(31)),
            ("attention.value_length", .uint32(16)), ("rope.dimension_count_swa", .uint32(8)),
            ("attention.layer_norm_rms_epsilon", .float32(.nan)), ("rope.freq_base", .float32(-1)),
            ("final_logit_softcapping", .float32(0)), ("attention.head_count_kv", .uint32(3)),
            ("block_count", .uint32(0)), ("embedding_length", .int32(-64)),
        ])
    func invalidValue(_ name: String, _ value: GGUFValue) throws {
        let key = "gemma4." + name
        let broken = try file.copy(metadata: { $0 == key ? value : $1 }).file()
        #expect { try Target(broken) } throws: { error in
            if case .invalidKey(let found, _, _) = error as? ModelError { found == key } else { false }
        }
    }

    @Test("A per-layer array of another length")
    func arrayLength() throws {
        let key = "gemma4.feed_forward_length"
        let broken = try file.copy(metadata: { $0 == key ? .array(GGUFArray([Int32(96), 96])) : $1 }).file()
        #expect(throws: ModelError.wrongLength(key: key, expected: 7, found: 2)) { try Target(broken) }
    }

    @Test("Shared layers need an owner of their kind")
    func noOwner() throws {
        let key = "gemma4.attention.shared_kv_layers"
        let broken = try file.copy(metadata: { $0 == key ? .uint32(5) : $1 }).file()
        #expect(throws: ModelError.noCacheToShare(layer: 2, kind: "full")) { try Target(broken) }
    }

    @Test("The sliding pattern may be a period")
    func period() throws {
        let key = "gemma4.attention.sliding_window_pattern"
        let dense = try GGUFFile(contentsOf: Fixtures.folder.appendingPathComponent("31b/target.gguf"))
        let changed = try dense.copy(metadata: { $0 == key ? .uint32(4) : $1 }).file()
        #expect(try Target(changed).config.layers == Target(dense).config.layers)
    }

    @Test("E2B's layers: who owns a cache, who shares which, how wide")
    func layers() throws {
        let config = try Target(file).config
        #expect(config.layers.map(\.cacheSource) == [.own, .own, .own, .layer(1), .layer(1), .layer(1), .layer(2)])
        #expect(config.layers.map(\.kind.window) == [8, 8, nil, 8, 8, 8, nil])
        #expect(config.layers.map(\.feedForwardLength) == [96, 96, 96, 192, 192, 192, 192])
        #expect(config.perLayerLength == 32)
        #expect(config.logitSoftCap == 30)
    }

    @Test("A missing tensor and one of another shape are named")
    func tensors() throws {
        let name = "blk.2.ffn_up.weight"
        let missing = try file.copy(tensors: { $0.name != name }).file()
        #expect(throws: GGUFError.missingTensor(name)) { try Target(missing) }

        var writer = try file.copy(tensors: { $0.name != name })
        try writer.add(
            tensor: name, dimensions: [64, 32], type: .f32, bytes: [UInt8](repeating: 0, count: 64 * 32 * 4))
        let misshapen = try writer.file()
        #expect(throws: TensorError.wrongShape(tensor: name, expected: [96, 64], found: [32, 64])) {
            try Target(misshapen)
        }
    }

    @Test("Another architecture, and the two of a pair confused")
    func architecture() throws {
        let other = try file.copy(metadata: { $0 == "general.architecture" ? .string("llama") : $1 }).file()
        #expect(throws: ModelError.wrongArchitecture(expected: "gemma4", found: "llama")) { try Target(other) }
        let drafter = try GGUFFile(contentsOf: #require(BundledModel.assistant))
        #expect(throws: ModelError.wrongArchitecture(expected: "gemma4", found: "gemma4-assistant")) {
            try Target(drafter)
        }
    }
}
