package import Assistant

extension PairError: AdvisedError {
    package var advice: String? {
        switch self {
        case .isDrafter(_, let expected): "pass a \(expected) file as the model (-m) and this one as its drafter (-md)"
        case .isTarget(_, let expected): "pass a \(expected) file as the drafter (-md) and this one as the model (-m)"
        case .mismatch, .noSharedLayer, .invalidOrdering, .abandonedFormat: nil
        }
    }

    package var otherAdvice: String? {
        if case .isDrafter(_, let expected) = self { "use a \(expected) file" } else { nil }
    }
}
