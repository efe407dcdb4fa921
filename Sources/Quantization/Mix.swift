internal import GGUF

/// Chooses other formats for some tensors of a file, better ones for those that need them most, as llama-quantize does.
struct Mix {
    private let fileType: FileType
    private let base: TensorType
    private let shape: ModelShape
    /// Whether the file is made with an importance matrix.
    private let hasImportance: Bool

    /// - Parameter base: the format of most tensors.
    init(_ fileType: FileType, base: TensorType, _ shape: ModelShape, hasImportance: Bool) {
        self.fileType = fileType
        self.base = base
        self.shape = shape
        self.hasImportance = hasImportance
    }

    func type(of tensor: TensorInfo, _ role: TensorRole) -> TensorType {
        guard ![.f32, .f16, .bf16].contains(base) else { return base }
        if fileType == .mxfp4_MoE, tensor.isStacked { return .mxfp4 }
        return switch role {
        case .output: head(tensor)
        case .tokenEmbedding: shape.isTied ? head(tensor) : embedding
        case .value: value(shape.valueIndex(tensor))
        case .queryOrKey: queryOrKey
        case .attentionOutput: attentionOutput
        case .feedForwardInput: feedForwardInput(layer: tensor.layer ?? 0)
        case .feedForwardDown: feedForwardDown(tensor)
        case .other, .kept: base
        }
    }

    // MARK: - By role

    /// The output matrix, or the embeddings that serve as it.
    private func head(_ tensor: TensorInfo) -> TensorType {
        guard base != .q8_0, tensor.rowLength.isMultiple(of: base.blockSize) else { return .q8_0 }
        return switch fileType {
        case .iq1_S, .iq1_M, .iq2_XXS, .iq2_XS, .iq2_S, .iq2_M, .iq3_XXS: .q5_k
        default: .q6_k
        }
    }

    /// Embeddings beside an output matrix.
    private var embedding: TensorType {
        switch fileType {
        case .iq1_S, .iq1_M, .iq2_XXS, .iq2_XS: .q2_k
        case .iq2_S, .iq2_M, .iq3_XXS: .iq3_s
        case .tq1_0, .tq2_0, .q2_0: .q4_k
        default: base
        }
    }

    /// - Parameter index: among the value projections; some layers do not have one.
    private func value(_ index: Int) -> TensorType {
        // Few of them serve many heads: they are small, and errors in them are seen often.
        let isShared = shape.headsPerKeyValueHead >= 4
        return switch fileType {
        case .q2_K: isShared ? .q4_k : .q3_k
        case .q2_K_S: isShared ? .q4_k : base
        case .q3_K_M: index < 2 ? .q5_k : .q4_k
        case .q3_K_L: .q5_k
        case .q4_K_S: index < 4 ? .q5_k : base
        case .q4_K_M, .q5_K_M: usesMoreBits(index, of: shape.valueCount) ? .q6_k : base
        case .iq4_NL, .iq4_XS: isShared ? .q5_k : base
        case .iq3_S, .iq3_XS: isShared ? .q4_k : base
        case .iq3_M: .q4_k
        case .iq3_XXS: isShared ? .q4_k : hasImportance ? base : .iq3_s
        case .iq2_S, .iq2_M: isShared || shape.isMixture ? .q4_k : .iq3_s
        case .iq1_S, .iq1_M, .iq2_XXS, .iq2_XS: isShared || shape.isMixture ? .q4_k : .q2_k
        default: base
        }
    }

    private var queryOrKey: TensorType {
        switch fileType {
        case .iq3_XS: .iq3_xxs
        case .iq3_XXS: .iq2_s
        default: base
        }
    }

    private var attentionOutput: TensorType {
        switch fileType {
        case .q2_K: .q3_k
        case .q3_K_M, .iq3_M: .q4_k
        case .q3_K_L: .q5_k
        case .iq3_XXS, .iq2_S, .iq2_M: .iq3_s
        case .iq1_S, .iq1_M: .iq2_xxs
        default: base
        }
    }

    private func feedForwardInput(layer: Int) -> TensorType {
        let middle = shape.layers / 8..<max(shape.layers / 8, 7 * shape.layers / 8)
        return fileType == .iq3_XS && middle.contains(layer) ? .iq3_xxs : base
    }

    private func feedForwardDown(_ tensor: TensorInfo) -> TensorType {
        let layer = tensor.layer ?? 0
        let isEarly = layer < shape.layers / 8
        let isEarlyTensor = shape.downIndex(tensor) < shape.layers / 8
        return switch fileType {
        case .q4_0: isEarly && hasImportance ? .q4_1 : base
        case .q5_0: isEarly && hasImportance ? .q5_1 : base
        case .q2_K: .q3_k
        case .q2_K_S: isEarly ? .q4_k : base
        case .q3_K_M: layer < shape.layers / 16 ? .q5_k : .q4_k
        case .q3_K_L: .q5_k
        case .q4_K_S: isEarly ? .q5_k : base
        case .q4_K_M, .q5_K_M: usesMoreBits(layer, of: shape.layers) ? .q6_k : base
        case .iq4_NL, .iq4_XS: isEarly && !hasImportance ? .q5_k : base
        case .iq3_M: isEarly ? .q4_k : base
        case .iq3_XXS: hasImportance ? base : isEarly ? .q4_k : .q3_k
        case .iq2_S, .iq2_M: isEarlyTensor ? .iq3_s : base
        case .iq1_S, .iq1_M, .iq2_XXS, .iq2_XS: isEarlyTensor ? .q2_k : base
        default: base
        }
    }

    /// True for the first and the last eighth, and for every third in between.
    private func usesMoreBits(_ index: Int, of count: Int) -> Bool {
        let eighth = count / 8
        return index < eighth || index >= 7 * count / 8 || (index - eighth) % 3 == 2
    }
}
