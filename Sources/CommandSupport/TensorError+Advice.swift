internal import Tensor

extension TensorError: AdvisedError {
    package var advice: String? {
        switch self {
        case .outOfMemory: "close other programs, or take a shorter context (-c)"
        case .unsupportedHeadWidth: "choose f32, f16 or bf16 with -ctk and -ctv"
        case .wrongShape, .unsupportedType, .notFinite: nil
        }
    }

    package var otherAdvice: String? {
        if case .outOfMemory = self { "close other programs" } else { nil }
    }
}
