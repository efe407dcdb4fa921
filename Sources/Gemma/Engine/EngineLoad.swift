/// What an engine is doing.
public struct EngineLoad: Sendable, Hashable {
    /// Requests in the queue.
    public let waiting: Int
    /// Requests being answered.
    public let running: Int
    /// Bytes of keys and values, of sessions as well, kept ones included.
    public let cacheBytes: Int
    /// Bytes that are kept for later texts, whoever uses them now.
    public let keptBytes: Int
    /// How often a request has had to give up its keys and values.
    public let preemptions: Int
}
