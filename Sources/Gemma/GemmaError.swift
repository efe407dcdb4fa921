import GGUF

/// Errors that concern more than one of the modules below.
public enum GemmaError: Error, Sendable {
    /// A file could not be used. `reason` is the error of the module that rejected it, a `GGUFError` for instance.
    case cannotLoad(path: String, reason: any Error)
    /// The file's tokenizer and its embedding table have different numbers of tokens.
    case vocabularyMismatch(tokenizer: Int, model: Int)
    /// An option is out of range; `expected` says what it may be.
    case invalidOption(name: String, value: String, expected: String)
    /// A newer generation was started on this session, or the session was reset; this one can no longer be iterated.
    case superseded
    /// The session is computing for another caller, and this call does not wait.
    case busy
    /// The model went on calling tools after it had seen the results of so many rounds of calls.
    case tooManyToolRounds(limit: Int)
}

extension GemmaError: CustomStringConvertible {
    public var description: String {
        switch self {
        case .cannotLoad(let path, GGUFError.cannotOpen(_, let reason)): "\(path): \(reason)"
        case .cannotLoad(let path, let reason): "\(path): \(reason)"
        case .vocabularyMismatch(let tokenizer, let model):
            "the tokenizer has \(tokenizer) tokens and the model \(model): the file is damaged"
        case .invalidOption(let name, let value, let expected): "\(name) is \(value); expected \(expected)"
        case .superseded: "this generation has ended: its session has started another one or was reset"
        case .busy: "the session is computing for another caller"
        case .tooManyToolRounds(let limit): "the model went on calling tools after \(limit) rounds of calls"
        }
    }
}
