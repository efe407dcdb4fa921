internal import GGUF

/// How the matrices of a synthetic model are stored.
package enum WeightType: String, CaseIterable, Sendable {
    case q8_0, q4_0, q4_1, q5_0, q5_1, q4_k, q5_k, q6_k, f16, bf16, f32

    var tensorType: TensorType {
        switch self {
        case .q8_0: .q8_0
        case .q4_0: .q4_0
        case .q4_1: .q4_1
        case .q5_0: .q5_0
        case .q5_1: .q5_1
        case .q4_k: .q4_k
        case .q5_k: .q5_k
        case .q6_k: .q6_k
        case .f16: .f16
        case .bf16: .bf16
        case .f32: .f32
        }
    }

    /// This type; if `columns` is not a multiple of its block size, the type that gemma-quantize uses instead.
    func fitting(columns: Int) -> WeightType {
        guard !columns.isMultiple(of: tensorType.blockSize) else { return self }
        return Self.allCases.first { $0.tensorType == tensorType.ofSmallerBlocks } ?? self
    }
}
