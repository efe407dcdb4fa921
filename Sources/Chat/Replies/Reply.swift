/// A reply, taken apart.
public struct Reply: Hashable, Sendable {
    /// The thoughts, with a blank line between them.
    public var reasoning = ""
    /// The answer.
    public var content = ""
    /// What the model wants to have called, in order.
    public var toolCalls: [ToolCall] = []
    /// Calls that could not be read. Nothing of them is in `content`.
    public var malformedCalls: [MalformedCall] = []
    /// Why it ended.
    public var finishReason = FinishReason.stop

    /// A reply that has not begun.
    public init() {}

    /// Why the reply ended. The raw values are OpenAI's.
    public enum FinishReason: String, Hashable, Sendable, Codable {
        /// The model ended it, or a stop text did.
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
    /// Why it is none.
    public var reason: Reason

    /// See the properties of the same names.
    public init(raw: String, reason: Reason) { (self.raw, self.reason) = (raw, reason) }

    /// Why a call is none.
    public enum Reason: String, Hashable, Sendable, Codable {
        /// It is not written as calls are.
        case syntax
        /// Nested more deeply than ``ReplyParser/maximumDepth``.
        case depth
        /// The limit of tokens struck before the arguments were complete.
        case truncated
    }
}
