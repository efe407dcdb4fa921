internal import Tensor

extension TensorError: AdvisedError {
    package var advice: String? {
        switch self {
        case .outOfMemory: "a shorter context (-c) needs less memory"
        case .unsupportedHeadWidth: "choose f32, f16 or bf16 with -ctk and -ctv"
        case .wrongShape, .unsupportedType, .notFinite: nil
        }
    }
}
