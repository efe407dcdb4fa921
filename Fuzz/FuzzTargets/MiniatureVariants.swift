internal import GGUF
import Platform
import Tokenizer

/// The miniature pair as other converters would have written it.
enum MiniatureVariants {
    static func seeds() throws -> [(name: String, bytes: [UInt8])] {
        [
            ("target-ollama", try ollama()), ("target-scales", try scales()), ("drafter-atomicchat", try atomicChat()),
            ("drafter-mtp", try mtp()),
        ]
    }

    /// The target with Ollama's tokenizer keys, a part for images, and without keys that have defaults.
    static func ollama() throws -> [UInt8] {
        var copy = try Copy(MiniaturePair.target())
        for key in ["tokenizer.ggml.token_type", "gemma4.rope.freq_base", "gemma4.rope.freq_base_swa"] {
            copy.metadata.remove(key)
        }
        copy.metadata.set("tokenizer.ggml.model", .string("llama"))
        copy.metadata.set("tokenizer.ggml.pre", .string(BPETokenizer.model))
        copy.metadata.set("tokenizer.ggml.eos_token_ids", .array(GGUFArray([Int32(1), 5])))
        copy.metadata.set("tokenizer.ggml.eot_token_id", .uint32(5))
        let pattern = "gemma4.attention.sliding_window_pattern"
        let sliding = try copy.metadata.boolsIfPresent(pattern) ?? []
        copy.metadata.set(pattern, .array(GGUFArray(sliding.map { Int32($0 ? 1 : 0) })))
        copy.add("v.patch_embd.weight", [1, 2])
        return try copy.bytes()
    }

    /// The target with a scale beside every matrix, suppressed tokens, and the layers' factors under another name.
    static func scales() throws -> [UInt8] {
        var copy = try Copy(MiniaturePair.target())
        copy.metadata.set("tokenizer.ggml.suppress_tokens", .array(GGUFArray([Int32(0), 7, 287])))
        for tensor in copy.tensors where tensor.type == .q8_0 {
            let stem = String(tensor.name.dropLast(".weight".count))
            copy.add(stem + ".scale", [0.75])
            copy.add(stem + ".input_scale", [3])
        }
        copy.rename { $0.replacing("layer_output_scale.weight", with: "layer_scalar") }
        return try copy.bytes()
    }

    /// The drafter with the names of AtomicChat's converter.
    static func atomicChat() throws -> [UInt8] {
        var copy = try Copy(MiniaturePair.drafter())
        copy.rename(architecture: "gemma4_assistant", embeddingKey: "n_embd_backbone")
        copy.rename { name in
            switch name {
            case "masked_embd_ordering": "mtp.token_ordering.weight"
            default: name.replacing("nextn.", with: "mtp.").replacing("masked_embd_", with: "mtp.")
            }
        }
        return try copy.bytes()
    }

    /// The drafter with the names of ik_llama.cpp, the cluster of each token, and no rotation factors.
    static func mtp() throws -> [UInt8] {
        var copy = try Copy(MiniaturePair.drafter())
        copy.rename(architecture: "gemma4_mtp", embeddingKey: "backbone_embedding_length")
        copy.tensors.removeAll { $0.name == "rope_freqs.weight" }
        let clusters = copy.tensors.first { $0.name == "masked_embd_centroids.weight" }?.dimensions[1] ?? 1
        for (index, tensor) in copy.tensors.enumerated() where tensor.name == "masked_embd_ordering" {
            let count = tensor.dimensions[0]
            copy.tensors[index].bytes = (0..<count).flatMap { token in
                withUnsafeBytes(of: Int32(token % clusters).littleEndian) { Array($0) }
            }
        }
        copy.rename { name in
            switch name {
            case "masked_embd_ordering": "mtp_token_ordering.weight"
            case "masked_embd_centroids.weight": "mtp_centroids.weight"
            default: name.replacing("nextn.", with: "mtp_").replacing("projection", with: "proj")
            }
        }
        return try copy.bytes()
    }
}

/// A file taken apart, to be written again.
private struct Copy {
    struct Tensor {
        var name: String
        let dimensions: [Int]
        let type: TensorType
        var bytes: [UInt8]
    }

    var metadata: GGUFMetadata
    var tensors: [Tensor]

    init(_ bytes: [UInt8]) throws {
        let file = try GGUFFile(ByteRegion(bytes))
        metadata = file.metadata
        tensors = file.tensors.map { tensor in
            Tensor(
                name: tensor.name, dimensions: tensor.dimensions, type: tensor.type,
                bytes: Array(file.data(of: tensor).bytes))
        }
    }

    func bytes() throws -> [UInt8] {
        var writer = GGUFWriter()
        writer.metadata = metadata
        for tensor in tensors {
            try writer.add(
                tensor: tensor.name, dimensions: tensor.dimensions, type: tensor.type, bytes: tensor.bytes)
        }
        return writer.bytes()
    }

    mutating func add(_ name: String, _ values: [Float]) {
        tensors.append(
            Tensor(
                name: name, dimensions: [values.count], type: .f32, bytes: values.withUnsafeBytes { Array($0) }))
    }

    mutating func rename(_ change: (String) -> String) {
        for index in tensors.indices { tensors[index].name = change(tensors[index].name) }
    }

    /// Changes the drafter's architecture, the prefix of its keys, and the name of one of them.
    mutating func rename(architecture: String, embeddingKey: String) {
        let old = "gemma4-assistant"
        for key in metadata.keys where key.hasPrefix(old + ".") {
            let name = key.dropFirst(old.count + 1)
            if let value = metadata[key] {
                metadata.set("\(architecture).\(name == "embedding_length_out" ? embeddingKey : String(name))", value)
            }
            metadata.remove(key)
        }
        metadata.remove("\(architecture).nextn_predict_layers")
        metadata.set("general.architecture", .string(architecture))
    }
}
