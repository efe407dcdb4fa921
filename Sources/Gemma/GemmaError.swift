import GGUF

/// Errors that concern more than one of the modules below.
public enum GemmaError: Error, Sendable {
    /// A file could not be used. `reason` is the error of the module that rejected it, a ``GGUFError`` or a
    /// ``CacheFileError`` for instance.
    case cannotLoad(path: String, reason: any Error)
    /// A text could not be saved. `reason` is the error of the module that failed, a ``CacheFileError`` for instance.
    case cannotSave(path: String, reason: any Error)
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
    /// An answer that was to be a value was cut off at a limit of tokens before it was complete: the limit is too
    /// small for the shortest one.
    /// - Parameter text: as much as was written.
    case incompleteAnswer(text: String, limit: Int)
    /// An answer is not a value of the type: the type asks for more than its schema says, or a stop string ended the
    /// answer.
    /// - Parameter text: what was written.
    case undecodableAnswer(text: String, type: String, reason: any Error)
}

extension GemmaError: CustomStringConvertible {
    public var description: String {
        switch self {
        case .cannotLoad(let path, GGUFError.cannotOpen(_, let reason)): "\(path): \(reason)"
        case .cannotLoad(let path, let reason), .cannotSave(let path, let reason): "\(path): \(reason)"
        case .vocabularyMismatch(let tokenizer, let model):
            "the tokenizer has \(tokenizer) tokens and the model \(model): the file is damaged"
        case .invalidOption(let name, let value, let expected): "\(name) is \(value); expected \(expected)"
        case .superseded: "this generation has ended: its session has started another one or was reset"
        case .busy: "the session is computing for another caller"
        case .incompleteAnswer(let text, let limit):
            "the answer was cut off at the limit of \(limit) tokens: \(text)"
        case .undecodableAnswer(let text, let type, let reason):
            "the answer is not a value of \(type): \((reason as? DecodingError)?.reason ?? "\(reason)"): \(text)"
        case .tooManyToolRounds(let limit): "the model went on calling tools after \(limit) rounds of calls"
        }
    }
}
