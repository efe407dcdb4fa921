package import GGUF
internal import Tensor

/// The target of a quantization: one format for most tensors; a mix such as `Q4_K_M` uses better ones for some.
///
/// The names are those of llama-quantize and of the TurboQuant formats.
package enum FileType: String, CaseIterable, Sendable {
    case f32 = "F32"
    case f16 = "F16"
    case bf16 = "BF16"
    case q8_0 = "Q8_0"
    case q6_K = "Q6_K"
    case q5_K_M = "Q5_K_M"
    case q5_K_S = "Q5_K_S"
    case q5_1 = "Q5_1"
    case q5_0 = "Q5_0"
    case q4_K_M = "Q4_K_M"
    case q4_K_S = "Q4_K_S"
    case q4_1 = "Q4_1"
    case q4_0 = "Q4_0"
    case iq4_NL = "IQ4_NL"
    case iq4_XS = "IQ4_XS"
    case mxfp4_MoE = "MXFP4_MOE"
    case q3_K_L = "Q3_K_L"
    case q3_K_M = "Q3_K_M"
    case q3_K_S = "Q3_K_S"
    case iq3_M = "IQ3_M"
    case iq3_S = "IQ3_S"
    case iq3_XS = "IQ3_XS"
    case iq3_XXS = "IQ3_XXS"
    case q2_K = "Q2_K"
    case q2_K_S = "Q2_K_S"
    case iq2_M = "IQ2_M"
    case iq2_S = "IQ2_S"
    case iq2_XS = "IQ2_XS"
    case iq2_XXS = "IQ2_XXS"
    case q2_0 = "Q2_0"
    case tq2_0 = "TQ2_0"
    case iq1_M = "IQ1_M"
    case tq1_0 = "TQ1_0"
    case iq1_S = "IQ1_S"
    case q1_0 = "Q1_0"
    case tbq4_K = "TBQ4_K"
    case tbq4_0 = "TBQ4_0"
    case tbq3_K = "TBQ3_K"
    case tbq3_0 = "TBQ3_0"
    /// Every tensor as it is.
    case copy = "COPY"

    /// Names that stand for a mix.
    private static let aliases = ["Q3_K": FileType.q3_K_M, "Q4_K": .q4_K_M, "Q5_K": .q5_K_M]

    /// From a name, ignoring case, or from the number of llama.cpp.
    package init?(_ text: String) {
        let name = text.uppercased()
        let found =
            Self(rawValue: name) ?? Self.aliases[name]
            ?? Self.allCases.first { $0.number.map(String.init) == name }
        guard let found else { return nil }
        self = found
    }

    /// The number of llama.cpp (`general.file_type`); nil for TurboQuant and for a copy.
    package var number: UInt32? {
        switch self {
        case .f32: 0
        case .f16: 1
        case .q4_0: 2
        case .q4_1: 3
        case .q8_0: 7
        case .q5_0: 8
        case .q5_1: 9
        case .q2_K: 10
        case .q3_K_S: 11
        case .q3_K_M: 12
        case .q3_K_L: 13
        case .q4_K_S: 14
        case .q4_K_M: 15
        case .q5_K_S: 16
        case .q5_K_M: 17
        case .q6_K: 18
        case .iq2_XXS: 19
        case .iq2_XS: 20
        case .q2_K_S: 21
        case .iq3_XS: 22
        case .iq3_XXS: 23
        case .iq1_S: 24
        case .iq4_NL: 25
        case .iq3_S: 26
        case .iq3_M: 27
        case .iq2_S: 28
        case .iq2_M: 29
        case .iq4_XS: 30
        case .iq1_M: 31
        case .bf16: 32
        case .tq1_0: 36
        case .tq2_0: 37
        case .mxfp4_MoE: 38
        case .q1_0: 40
        case .q2_0: 41
        case .tbq3_0, .tbq4_0, .tbq3_K, .tbq4_K, .copy: nil
        }
    }

    /// The format of most tensors; nil if they keep theirs.
    package var format: TensorType? {
        switch self {
        case .f32: .f32
        case .f16: .f16
        case .bf16: .bf16
        case .q8_0, .mxfp4_MoE: .q8_0
        case .q6_K: .q6_k
        case .q5_K_M, .q5_K_S: .q5_k
        case .q5_1: .q5_1
        case .q5_0: .q5_0
        case .q4_K_M, .q4_K_S: .q4_k
        case .q4_1: .q4_1
        case .q4_0: .q4_0
        case .iq4_NL: .iq4_nl
        case .iq4_XS: .iq4_xs
        case .q3_K_L, .q3_K_M, .q3_K_S: .q3_k
        case .iq3_M, .iq3_S, .iq3_XS: .iq3_s
        case .iq3_XXS: .iq3_xxs
        case .q2_K, .q2_K_S: .q2_k
        case .iq2_M: .iq2_s
        case .iq2_S, .iq2_XS: .iq2_xs
        case .iq2_XXS: .iq2_xxs
        case .q2_0: .q2_0
        case .tq2_0: .tq2_0
        case .iq1_M: .iq1_m
        case .tq1_0: .tq1_0
        case .iq1_S: .iq1_s
        case .q1_0: .q1_0
        case .tbq4_K: .tbq4_k
        case .tbq4_0: .tbq4_0
        case .tbq3_K: .tbq3_k
        case .tbq3_0: .tbq3_0
        case .copy: nil
        }
    }
}

/// The formats that have an encoder.
package enum Encoders {
    package static let all = ElementFormats.encodable

    /// The format of that name, ignoring case.
    package static func format(_ name: String) -> TensorType? {
        all.first { $0.name == name.uppercased() }
    }
}
