internal import Gemma

extension GemmaError: AdvisedError {
    package var advice: String? {
        switch self {
        case .cannotLoad(_, let reason), .cannotSave(_, let reason): CommandSupport.advice(for: reason)
        case .vocabularyMismatch, .invalidOption, .superseded, .busy, .tooManyToolRounds, .incompleteAnswer,
            .undecodableAnswer:
            nil
        }
    }
}
