internal import GGUF

/// How the matrices of a synthetic model are stored.
package enum WeightType: String, CaseIterable, Sendable {
    case q8_0, q4_0, q4_1, q5_0, q5_1, q4_k, q5_k, q6_k
    case iq1_s, iq1_m, iq2_xxs, iq2_xs, iq2_s, iq3_xxs, iq3_s, iq4_nl, iq4_xs
    case mxfp4, nvfp4, tq1_0, tq2_0, q1_0, q2_0
    case f16, bf16, f32

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
        case .iq1_s: .iq1_s
        case .iq1_m: .iq1_m
        case .iq2_xxs: .iq2_xxs
        case .iq2_xs: .iq2_xs
        case .iq2_s: .iq2_s
        case .iq3_xxs: .iq3_xxs
        case .iq3_s: .iq3_s
        case .iq4_nl: .iq4_nl
        case .iq4_xs: .iq4_xs
        case .mxfp4: .mxfp4
        case .nvfp4: .nvfp4
        case .tq1_0: .tq1_0
        case .tq2_0: .tq2_0
        case .q1_0: .q1_0
        case .q2_0: .q2_0
        case .f16: .f16
        case .bf16: .bf16
        case .f32: .f32
        }
    }

    /// This type; if `columns` is not a multiple of its block size, the type that gemma-quantize uses instead, or F16.
    func fitting(columns: Int) -> WeightType {
        let type = [tensorType, tensorType.ofSmallerBlocks].lazy.compactMap { $0 }
            .first { columns.isMultiple(of: $0.blockSize) }
        return Self.allCases.first { $0.tensorType == type } ?? .f16
    }
}
