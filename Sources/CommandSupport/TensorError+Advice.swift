internal import Tensor

extension TensorError: AdvisedError {
    package var advice: String? {
        switch self {
        case .outOfMemory: "close other programs, or take a shorter context (-c)"
        case .unsupportedHeadWidth(let width, _, _):
            "choose \(list(CacheType.allCases.filter { width.isMultiple(of: $0.widthMultiple) })) with -ctk and -ctv"
        case .wrongShape, .unsupportedType, .notFinite: nil
        }
    }

    package var otherAdvice: String? {
        if case .outOfMemory = self { "close other programs" } else { nil }
    }
}

/// `f32, f16 or bf16`
private func list(_ types: [CacheType]) -> String {
    let names = types.map(\.rawValue)
    return names.dropLast().joined(separator: ", ") + " or " + (names.last ?? "none")
}
