import CommandSupport
import Quantization

extension QuantizationError: AdvisedError {
    package var advice: String? {
        switch self {
        case .requantization: "use an F32, F16 or BF16 file, or pass --allow-requantize"
        case .architecture, .cannotDecode, .pattern, .notFinite, .overwritesInput, .notAFile, .noRoom: nil
        }
    }
}
