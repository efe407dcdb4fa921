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
    case tbq4_K = "TBQ4_K"
    case tbq4_0 = "TBQ4_0"
    case tbq3_K = "TBQ3_K"
    case tbq3_0 = "TBQ3_0"

    /// From a name (ignoring case; `Q4_K` and `Q5_K` mean the mixes), or from the number of llama.cpp.
    package init?(_ text: String) {
        let name = text.uppercased()
        let found = Self.allCases.first {
            $0.rawValue == name || $0.rawValue == name + "_M" || $0.number.map(String.init) == name
        }
        guard let found else { return nil }
        self = found
    }

    /// The number of llama.cpp (`general.file_type`); nil for TurboQuant.
    package var number: UInt32? {
        switch self {
        case .f32: 0
        case .f16: 1
        case .q4_0: 2
        case .q4_1: 3
        case .q8_0: 7
        case .q5_0: 8
        case .q5_1: 9
        case .q4_K_S: 14
        case .q4_K_M: 15
        case .q5_K_S: 16
        case .q5_K_M: 17
        case .q6_K: 18
        case .iq4_NL: 25
        case .bf16: 32
        case .tbq3_0, .tbq4_0, .tbq3_K, .tbq4_K: nil
        }
    }

    /// The format of most tensors.
    package var format: TensorType {
        switch self {
        case .f32: .f32
        case .f16: .f16
        case .bf16: .bf16
        case .q8_0: .q8_0
        case .q6_K: .q6_k
        case .q5_K_M, .q5_K_S: .q5_k
        case .q5_1: .q5_1
        case .q5_0: .q5_0
        case .q4_K_M, .q4_K_S: .q4_k
        case .q4_1: .q4_1
        case .q4_0: .q4_0
        case .iq4_NL: .iq4_nl
        case .tbq4_K: .tbq4_k
        case .tbq4_0: .tbq4_0
        case .tbq3_K: .tbq3_k
        case .tbq3_0: .tbq3_0
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
