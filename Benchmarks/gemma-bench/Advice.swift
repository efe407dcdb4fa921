import Benchmarking
import CommandSupport

extension BenchmarkError: AdvisedError {
    package var advice: String? {
        switch self {
        case .noDrafter: "name one with -md, or use a synthetic pair"
        case .contextTooShort: "leave -c out"
        case .draftLength, .peerFailed, .peerSilent, .cannotStart, .nothingInCommon, .refusedToken: nil
        }
    }
}

extension BenchmarkModel.LoadError: AdvisedError {
    package var advice: String? { CommandSupport.advice(for: reason) }
}
