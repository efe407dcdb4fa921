public import Tensor

/// How an engine serves.
public struct EngineConfiguration: Sendable, Hashable {
    /// The largest number of tokens in a text, its prompt included; nil for 4096 or the length the model was
    /// trained for, whichever is less.
    public var contextLength: Int?
    /// How the keys of earlier tokens are stored.
    public var keyCacheType: CacheType
    /// How their values are stored.
    public var valueCacheType: CacheType
    /// Requests that are answered at the same time, at most: 1 to 256. Of those that are writing, 16 have a token
    /// in each pass.
    public var maximumSequences: Int
    /// Requests that may wait besides; more are refused. 0 or more.
    public var maximumQueueLength: Int
    /// What a pass takes at most that reads a prompt while others are writing, as far as 16 tokens of the prompt
    /// allow it. It is a property of the model: the last engine that is made sets it.
    public var longestPass: Duration

    /// The usual configuration, unless told otherwise.
    public init(
        contextLength: Int? = nil, keyCacheType: CacheType = .f16, valueCacheType: CacheType = .f16,
        maximumSequences: Int = 16, maximumQueueLength: Int = 64, longestPass: Duration = .milliseconds(150)
    ) {
        self.contextLength = contextLength
        self.keyCacheType = keyCacheType
        self.valueCacheType = valueCacheType
        self.maximumSequences = maximumSequences
        self.maximumQueueLength = maximumQueueLength
        self.longestPass = longestPass
    }

    func validate() throws(GemmaError) {
        func check(_ value: Int, _ range: ClosedRange<Int>, _ name: String) throws(GemmaError) {
            if range.contains(value) { return }
            throw .invalidOption(
                name: name, value: "\(value)", expected: "\(range.lowerBound) to \(range.upperBound)")
        }
        try check(maximumSequences, 1...256, "the number of sequences")
        try check(maximumQueueLength, 0...1_000_000, "the length of the queue")
        guard longestPass > .zero else {
            throw .invalidOption(name: "the longest pass", value: "\(longestPass)", expected: "more than 0 s")
        }
    }
}
