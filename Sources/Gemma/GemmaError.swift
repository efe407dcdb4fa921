public import Assistant
public import GGUF
public import Gemma4
public import Sampling
public import Speculative
public import Tensor
public import Tokenizer

// What users catch and set, without importing the modules beneath.
public typealias GGUFError = GGUF.GGUFError
public typealias TensorError = Tensor.TensorError
public typealias TokenizerError = Tokenizer.TokenizerError
public typealias ModelError = Gemma4.ModelError
public typealias PairError = Assistant.PairError
public typealias SamplingError = Sampling.SamplingError
public typealias CacheType = Tensor.CacheType
public typealias TokenID = Tokenizer.TokenID
public typealias DraftLength = Speculative.DraftLength
public typealias SpeculationStatistics = Speculative.SpeculationStatistics
public typealias DraftEstimates = Speculative.DraftEstimates

/// What goes wrong between the modules.
public enum GemmaError: Error, Sendable {
    /// A file could not be used; `reason` is the error of the module that found out, a `GGUFError` for instance.
    case cannotLoad(path: String, reason: any Error)
    case vocabularyMismatch(tokenizer: Int, model: Int)
    case invalidOption(name: String, value: String, expected: String)
    /// The session has begun another generation since; it can be iterated, this one no more.
    case superseded
}

extension GemmaError: CustomStringConvertible {
    public var description: String {
        switch self {
        case .cannotLoad(let path, GGUFError.cannotOpen(_, let reason)): "\(path): \(reason)"
        case .cannotLoad(let path, let reason): "\(path): \(reason)"
        case .vocabularyMismatch(let tokenizer, let model):
            "the tokenizer has \(tokenizer) tokens and the model \(model): the file is damaged"
        case .invalidOption(let name, let value, let expected): "\(name) is \(value); expected \(expected)"
        case .superseded: "this generation has ended: the session has begun another one"
        }
    }
}
