import CommandSupport
import Quantization

extension QuantizationError: AdvisedError {
    package var advice: String? {
        switch self {
        case .requantization: "use an F32, F16 or BF16 file, or pass --allow-requantize"
        case .needsImportance(_, _, isGiven: false):
            "make one with gemma-imatrix and pass it with --imatrix, or choose a type of more bits"
        case .needsImportance(_, _, isGiven: true): "choose another type for it with --tensor-type"
        case .rowDoesNotFit: "choose another type, or one for this tensor with --tensor-type"
        case .overflow(_, _, let isWeighted):
            "choose a wider type for it, such as BF16, with --tensor-type"
                + (isWeighted ? ", or leave it out of the matrix with --exclude-weights" : "")
        case .architecture, .cannotDecode, .pattern, .importanceSize, .importanceOfOtherModel, .notFinite,
            .overwritesInput, .notAFile, .noRoom:
            nil
        }
    }
}
