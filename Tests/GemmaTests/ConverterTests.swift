import BundledModel
import Foundation
import GGUF
import Gemma
import Gemma4
import Testing

/// Targets of other converters tell the same story as the plain file, or are refused for a true reason.
@Suite("Targets of other converters")
struct ConverterTests {
    private func expectSameStory(
        _ change: (inout AlteredFile) throws -> Void, sourceLocation: SourceLocation = #_sourceLocation
    ) async throws {
        var target = try AlteredFile.target()
        try change(&target)
        let plain = try await Telling()
        #expect(plain.text.count > 60, sourceLocation: sourceLocation)
        #expect(try await Telling(target) == plain, sourceLocation: sourceLocation)
    }

    private func refusal(_ change: (inout AlteredFile) throws -> Void) throws -> any Error {
        var target = try AlteredFile.target()
        try change(&target)
        return GemmaTests.refusal(of: target)
    }

    // MARK: - Read

    @Test("Ollama: the tokenizer is called llama, and the parts for images and sound are in the file")
    func ollama() async throws {
        try await expectSameStory { file in
            file["tokenizer.ggml.model"] = .string("llama")
            file["tokenizer.ggml.pre"] = .string("gemma4")
            file["tokenizer.ggml.eos_token_ids"] = .array(GGUFArray([Int32(1), 16]))
            file["tokenizer.ggml.eot_token_id"] = .uint32(16)
            file["gemma4.vision.block_count"] = .uint32(27)
            file["gemma4.vision.attention.layer_norm_epsilon"] = .float32(1e-6)
            for name in ["v.blk.0.attn_q.weight", "a.blk.0.conv_dw.weight", "mm.input_projection.weight"] {
                file.add(tensor: name, [1, 2, 3])
            }
        }
    }

    @Test("The tokenizer is called gpt2, with the rules of gemma4")
    func gpt2() async throws {
        try await expectSameStory { file in
            file["tokenizer.ggml.model"] = .string("gpt2")
            file["tokenizer.ggml.pre"] = .string("gemma4")
        }
        let error = try refusal { file in
            file["tokenizer.ggml.model"] = .string("gpt2")
            file["tokenizer.ggml.pre"] = .string("llama-bpe")
        }
        #expect(error as? TokenizerError == .unsupportedModel(found: "gpt2", rules: "llama-bpe", supported: "gemma4"))
    }

    @Test("A tokenizer called llama without merges is refused")
    func sentencePiece() throws {
        let error = try refusal { file in
            file["tokenizer.ggml.model"] = .string("llama")
            file["tokenizer.ggml.merges"] = nil
        }
        #expect(error as? TokenizerError == .noMerges(model: "llama"))
    }

    @Test(
        "Keys that are missing have the values of every released model",
        arguments: [
            "gemma4.rope.freq_base", "gemma4.rope.freq_base_swa", "gemma4.final_logit_softcapping",
            "tokenizer.ggml.token_type",
        ])
    func missingKey(_ key: String) async throws {
        try await expectSameStory { $0[key] = nil }
    }

    @Test("The base of sliding layers' rotation under its older name")
    func localBase() async throws {
        try await expectSameStory { $0.rename(key: "gemma4.rope.freq_base_swa", to: "gemma4.rope.local.freq_base") }
    }

    @Test("The sliding pattern as an array of integers")
    func integerPattern() async throws {
        let key = "gemma4.attention.sliding_window_pattern"
        try await expectSameStory { file in
            let pattern = try file.metadata.boolsIfPresent(key) ?? []
            file[key] = .array(GGUFArray(pattern.map { Int32($0 ? 1 : 0) }))
        }
        let error = try refusal { $0[key] = .array(GGUFArray([Int32](repeating: 2, count: 10))) }
        #expect(error as? ModelError == .invalidKey(key: key, value: "2", expected: "0 to 1"))
    }

    @Test("A drafter inside of the target is not used")
    func innerDrafter() async throws {
        try await expectSameStory { file in
            file["gemma4.draft.block_count"] = .uint32(4)
            file["gemma4.draft.embedding_length"] = .uint32(128)
            file.add(tensor: "draft.blk.0.attn_q.weight", [1])
            file.add(tensor: "draft.centroids.weight", [1])
            file.add(tensor: "draft.token_ordering.weight", [1])
            for name in ["nextn.pre_projection", "blk.10.nextn.eh_proj", "mtp.centroids", "masked_embd_ordering"] {
                file.add(tensor: name + ".weight", [1])
            }
        }
    }

    @Test("Keys and values of layers that share a cache have no effect")
    func sharedKeyValues() async throws {
        try await expectSameStory { file in
            for name in ["attn_k.weight", "attn_v.weight", "attn_k_norm.weight"] {
                for layer in 5..<10 { file.add(tensor: "blk.\(layer).\(name)", [7, 7, 7]) }
            }
        }
    }

    @Test(
        "The factor of a layer's output under its other names",
        arguments: ["layer_output_scale", "layer_scalar", "layer_scalar.weight"])
    func outputScale(_ name: String) async throws {
        try await expectSameStory { file in
            for layer in 0..<10 {
                try file.rename(tensor: "blk.\(layer).layer_output_scale.weight", to: "blk.\(layer).\(name)")
            }
        }
    }

    // MARK: - Scales beside tensors

    @Test("Every product is multiplied by the scale beside its tensor")
    func scales() async throws {
        try await expectSameStory { file in
            for tensor in file.tensors where tensor.type == .q8_0 {
                try file.double(tensor: tensor.name)
                let stem = tensor.name.dropLast(".weight".count)
                file.add(tensor: stem + ".scale", [0.5])
                file.add(tensor: stem + ".input_scale", [123])
            }
        }
    }

    @Test("A scale that nothing applies is refused, and so is a bias", arguments: ["attn_norm.scale", "attn_q.bias"])
    func unappliedCompanion(_ name: String) throws {
        let error = try refusal { $0.add(tensor: "blk.3.\(name)", [1]) }
        guard case .unappliedTensor(let tensor, _) = error as? ModelError else {
            Issue.record("\(error)")
            return
        }
        #expect(tensor == "blk.3.\(name)")
    }

    @Test("A scale of the output matrix is refused if the embeddings serve as that matrix")
    func tiedHead() throws {
        let error = try refusal { $0.add(tensor: "output.scale", [2]) }
        #expect(
            "\(error)"
                == """
                tensor output.scale may change what the model writes and is not applied: the file has no tensor \
                output.weight; use a file from another converter
                """)
    }

    @Test("A scale of several values for one matrix is refused")
    func scaleShape() throws {
        let error = try refusal { $0.add(tensor: "blk.3.attn_q.scale", [1, 2]) }
        #expect(
            error as? TensorError == .wrongShape(tensor: "blk.3.attn_q.scale", expected: [1], found: [2]))
    }

    // MARK: - Refused

    @Test("Per-layer tensors without their key are refused")
    func perLayerTensors() throws {
        let key = "gemma4.embedding_length_per_layer_input"
        for value in [nil, GGUFValue.uint32(0)] {
            let error = try refusal { $0[key] = value }
            guard case .unappliedTensor(let tensor, let reason) = error as? ModelError else {
                Issue.record("\(error)")
                return
            }
            #expect(tensor == "blk.0.inp_gate.weight" || tensor == "per_layer_token_embd.weight")
            #expect(reason.contains(key))
        }
    }

    @Test(
        "Keys that change the result and are not applied are refused",
        arguments: [
            ("rope.scaling.type", GGUFValue.string("yarn")), ("rope.scaling.factor", .float32(8)),
            ("attn_logit_softcapping", .float32(50)), ("attention.scale", .float32(0.0625)),
            ("expert_gating_func", .uint32(2)), ("attention.causal", .bool(false)),
            ("hidden_act", .string("silu")), ("hidden_activation", .string("gelu")),
            ("router_logit_softcapping", .float32(30)), ("attention.temperature_scale", .float32(0.1)),
            ("attention.use_kq_norm", .bool(false)), ("rope.freq_scale", .float32(0.5)),
            ("embedding_scale", .float32(13)), ("activation_sparsity_scale", .array(GGUFArray([0, 0.95] as [Float]))),
        ])
    func unappliedKey(_ name: String, _ value: GGUFValue) throws {
        let error = try refusal { $0["gemma4." + name] = value }
        guard case .unappliedKey(let key, _, _) = error as? ModelError else {
            Issue.record("\(error)")
            return
        }
        #expect(key == "gemma4." + name)
    }

    @Test("The same keys change nothing with their neutral values")
    func neutralKeys() async throws {
        try await expectSameStory { file in
            file["gemma4.rope.scaling.type"] = .string("none")
            file["gemma4.rope.scaling.factor"] = .float32(1)
            file["gemma4.attn_logit_softcapping"] = .float32(0)
            file["gemma4.attention.causal"] = .bool(true)
            file["gemma4.attention.use_kq_norm"] = .bool(true)
            file["gemma4.hidden_activation"] = .string("gelu_pytorch_tanh")
            file["gemma4.activation_sparsity_scale"] = .array(GGUFArray([Float](repeating: 0, count: 10)))
            file["gemma4.embedding_scale"] = .float32(13.875)  // the root of 192 in BF16
            file["gemma4.new_in_2027"] = .float32(3)
        }
    }

    @Test("A layer beyond the number of layers, an unknown tensor, and one with two names are refused")
    func tensorsTooMany() throws {
        let beyond = try refusal { $0.add(tensor: "blk.10.attn_norm.weight", [1]) }
        #expect(
            beyond as? ModelError
                == .unappliedTensor("blk.10.attn_norm.weight", reason: "metadata key gemma4.block_count is 10"))
        let stems = ["lm_head", "blk.02.attn_norm", "blk.+1.attn_norm", "blk.-1.attn_norm"]
        for name in stems.map({ $0 + ".weight" }) {
            let unknown = try refusal { $0.add(tensor: name, [1]) }
            #expect(unknown as? ModelError == .unappliedTensor(name, reason: "it is not known here"))
        }
        let twice = try refusal { $0.add(tensor: "blk.2.layer_scalar", [1]) }
        #expect(twice as? ModelError == .sameTensor("blk.2.layer_output_scale.weight", "blk.2.layer_scalar"))
    }

    @Test("Files that are no model say what they are")
    func otherFiles() throws {
        #expect(try refusal { $0["general.architecture"] = .string("clip") }.localizedText.contains("mmproj"))
        let matrix = try refusal { file in
            file["general.architecture"] = nil
            file["general.type"] = .string("imatrix")
        }
        #expect(matrix as? ModelError == .notAModel(type: "imatrix"))
    }
}

extension Error {
    fileprivate var localizedText: String { "\(self)" }
}
