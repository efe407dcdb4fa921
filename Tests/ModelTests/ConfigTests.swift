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
            "attention.sliding_window_pattern", "attention.key_length", "attention.key_length_swa",
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
            ("final_logit_softcapping", .float32(-1)), ("attention.head_count_kv", .uint32(3)),
            ("block_count", .uint32(0)), ("embedding_length", .int32(-64)),
        ])
    func invalidValue(_ name: String, _ value: GGUFValue) throws {
        let key = "gemma4." + name
        let broken = try file.copy(metadata: { $0 == key ? value : $1 }).file()
        #expect { try Target(broken) } throws: { error in
            if case .invalidKey(let found, _, _) = error as? ModelError { found == key } else { false }
        }
    }

    @Test("Without a key for the soft cap it is 30; zero means that there is none")
    func softCap() throws {
        let key = "gemma4.final_logit_softcapping"
        func cap(_ value: GGUFValue?) throws -> Float? {
            try Target(file.copy(metadata: { $0 == key ? value : $1 }).file()).config.logitSoftCap
        }
        #expect(try cap(nil) == 30)
        #expect(try cap(.float32(0)) == nil)
        #expect(try cap(.float32(20)) == 20)
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

    @Test("Without the rotation's bases they are those of every released model")
    func rotaryBases() throws {
        let keys = ["gemma4.rope.freq_base", "gemma4.rope.freq_base_swa"]
        let config = try Target(file.copy(metadata: { keys.contains($0) ? nil : $1 }).file()).config
        #expect(config.rotaryBase == 1e6 && config.rotaryBaseSliding == 1e4)
    }

    @Test("The experts' width as an array of equal numbers")
    func expertWidths() throws {
        let key = "gemma4.expert_feed_forward_length"
        let file = try GGUFFile(contentsOf: Fixtures.folder.appendingPathComponent("26b-a4b-q8_0/target.gguf"))
        let width = Int32(try file.metadata.integer(key))
        func changed(_ widths: [Int32]) throws -> GGUFFile {
            try file.copy(metadata: { $0 == key ? .array(GGUFArray(widths)) : $1 }).file()
        }
        #expect(try Target(changed([width, width])).config.experts == Target(file).config.experts)
        let unequal = try changed([width, width + 1])
        #expect(
            throws: ModelError.invalidKey(
                key: key, value: "\(width) in one layer and \(width + 1) in another", expected: "the same in all")
        ) { try Target(unequal) }
        let empty = try changed([])
        #expect(throws: ModelError.wrongLength(key: key, expected: 1, found: 0)) { try Target(empty) }
    }

    @Test(
        "12B: every size is in the keys, the KV heads of full layers perhaps in one of their own",
        arguments: [false, true])
    func twelveB(_ hasOwnKey: Bool) throws {
        var writer = GGUFWriter()
        let sliding = (0..<48).map { $0 % 6 != 5 }
        let heads: [(String, GGUFValue)] =
            hasOwnKey
            ? [("attention.head_count_kv", .uint32(8)), ("attention.global_head_count_kv", .uint32(1))]
            : [("attention.head_count_kv", .array(GGUFArray(sliding.map { Int32($0 ? 8 : 1) })))]
        let keys: [(String, GGUFValue)] =
            heads + [
                ("block_count", .uint32(48)), ("context_length", .uint32(262_144)), ("embedding_length", .uint32(3840)),
                ("feed_forward_length", .uint32(15_360)), ("attention.head_count", .uint32(16)),
                ("attention.layer_norm_rms_epsilon", .float32(1e-6)), ("attention.sliding_window", .uint32(1024)),
                ("attention.sliding_window_pattern", .array(GGUFArray(sliding))),
                ("attention.key_length", .uint32(512)), ("attention.key_length_swa", .uint32(256)),
                ("rope.freq_base", .float32(1e6)), ("final_logit_softcapping", .float32(30)),
            ]
        try writer.metadata.add("general.architecture", .string("gemma4"))
        for (key, value) in keys { try writer.metadata.add("gemma4." + key, value) }
        try writer.add(
            tensor: "token_embd.weight", dimensions: [3840, 1], type: .q8_0,
            bytes: [UInt8](repeating: 0, count: TensorType.q8_0.byteCount(of: 3840)))
        let config = try Config(ModelFile(writer.file(), architectures: [Target.architecture]), hasCaches: true)
        #expect(config.layers.count == 48 && config.owningLayerCount == 48 && config.perLayerLength == 0)
        let (windowed, full) = (config.layers[4], config.layers[5])
        #expect(windowed.kind == .sliding(window: 1024) && full.kind == .full)
        #expect(windowed.queryWidth == 16 * 256 && full.queryWidth == 16 * 512)
        #expect(windowed.keyWidth == 8 * 256 && full.keyWidth == 512)
        #expect(full.feedForwardLength == 15_360)
        #expect(config.rotaryBaseSliding == 1e4)
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
