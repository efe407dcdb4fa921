/// A reply, taken apart.
public struct Reply: Hashable, Sendable {
    /// The thoughts, with a blank line between them.
    public var reasoning = ""
    public var content = ""
    public var toolCalls: [ToolCall] = []
    /// Calls that could not be read. Nothing of them is in `content`.
    public var malformedCalls: [MalformedCall] = []
    public var finishReason = FinishReason.stop

    public init() {}

    /// Why the reply ended. The raw values are OpenAI's.
    public enum FinishReason: String, Hashable, Sendable, Codable {
        case stop
        /// The limit of tokens struck.
        case length
        /// There is at least one complete call, however the reply ended.
        case toolCalls = "tool_calls"
    }
}

/// What the model wrote as a call, and why it is none.
public struct MalformedCall: Hashable, Sendable {
    /// All of it, special tokens as their text.
    public var raw: String
    public var reason: Reason

    public init(raw: String, reason: Reason) { (self.raw, self.reason) = (raw, reason) }

    public enum Reason: String, Hashable, Sendable, Codable {
        case syntax
        /// Nested more deeply than ``ReplyParser/maximumDepth``.
        case depth
        /// The limit of tokens struck before the arguments were complete.
        case truncated
    }
}
