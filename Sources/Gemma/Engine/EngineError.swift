/// Why an engine refuses a request.
public enum EngineError: Error, Sendable, Hashable {
    /// So many requests wait already.
    case queueFull(waiting: Int)
    /// There is nothing to continue.
    case emptyPrompt
    /// A single text may need more keys and values than the model may have (`cacheBytes`).
    case cacheTooSmall(bytes: Int, needed: Int, contextLength: Int)
}

extension EngineError: CustomStringConvertible {
    public var description: String {
        switch self {
        case .queueFull(let waiting): "the queue is full: \(waiting) requests are waiting; try again later"
        case .cacheTooSmall(let bytes, let needed, let contextLength):
            "a text of \(contextLength) tokens may need \(needed) bytes of keys and values, and there may be \(bytes); "
                + "choose a shorter context or allow more"
        case .emptyPrompt: "the prompt has no tokens; give at least one"
        }
    }
}
