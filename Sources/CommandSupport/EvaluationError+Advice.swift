package import Evaluation

extension EvaluationError: AdvisedError {
    package var advice: String? {
        switch self {
        case .invalidChunkLength: "set the length with -c"
        case .textTooShort: "give more text, or shorter chunks with -c"
        case .skipsTooMuch: "skip fewer with --chunk"
        case .notABaseFile: "make one with --kl-divergence-base alone"
        case .longerChunks: "leave -c out"
        case .cannotOpen, .invalidHeader, .otherVocabulary, .wrongSize, .tokenOutOfRange, .damagedRow, .cannotWrite,
            .wouldReplace:
            nil
        }
    }
}
