internal import GGUF

/// Chooses better formats for the tensors that need them most, as llama-quantize does.
///
/// These are the rules that apply to Gemma 4, from `llama_tensor_get_type_impl` in
/// https://github.com/ggml-org/llama.cpp/blob/master/src/llama-quant.cpp.
struct Mix {
    private let fileType: FileType
    private let layers: Int
    /// The index of each value projection among those that exist, by name. Some layers do not have one.
    private let values: [String: Int]
    /// Whether the token embeddings are also the output matrix.
    let isTied: Bool

    init(_ fileType: FileType, layers: Int, tensors: [TensorInfo]) {
        self.fileType = fileType
        self.layers = layers
        let names = tensors.filter { TensorRole($0) == .value }.sorted { ($0.layer ?? 0) < ($1.layer ?? 0) }.map(\.name)
        values = Dictionary(zip(names, 0...)) { first, _ in first }
        isTied = !tensors.contains { $0.name == "output.weight" }
    }

    func type(of tensor: TensorInfo, _ role: TensorRole, default type: TensorType) -> TensorType {
        guard ![.f32, .f16, .bf16].contains(type) else { return type }
        switch role {
        case .output: return outputType(tensor, type)
        case .tokenEmbedding where isTied: return outputType(tensor, type)
        case .value:
            let index = values[tensor.name] ?? 0
            switch fileType {
            case .q4_K_M, .q5_K_M: return usesMoreBits(index, of: values.count) ? .q6_k : type
            case .q4_K_S: return index < 4 ? .q5_k : type
            default: return type
            }
        case .feedForwardDown:
            let layer = tensor.layer ?? 0
            switch fileType {
            case .q4_K_M, .q5_K_M: return usesMoreBits(layer, of: layers) ? .q6_k : type
            case .q4_K_S: return layer < layers / 8 ? .q5_k : type
            default: return type
            }
        case .tokenEmbedding, .other, .kept: return type
        }
    }

    private func outputType(_ tensor: TensorInfo, _ type: TensorType) -> TensorType {
        type == .q8_0 || !tensor.rowLength.isMultiple(of: type.blockSize) ? .q8_0 : .q6_k
    }

    /// True for the first and the last eighth, and for every third in between.
    private func usesMoreBits(_ index: Int, of count: Int) -> Bool {
        let eighth = count / 8
        return index < eighth || index >= 7 * count / 8 || (index - eighth) % 3 == 2
    }
}
