/// One message of a conversation, in OpenAI's form.
public struct Message: Hashable, Sendable {
    /// Who says it.
    public enum Role: String, Hashable, Sendable, Codable {
        /// What a model is told before the conversation.
        case system
        /// OpenAI's newer name of `system`.
        case developer
        /// `assistant` is the model, and `tool` what a call of it came to.
        case user, assistant, tool
    }

    /// Who says it.
    public var role: Role
    /// Nil for an assistant's message that has calls only.
    public var content: MessageContent?
    /// What an assistant thought. The chat template decides whether it is shown to the model again.
    public var reasoning: String?
    /// Of an assistant.
    public var toolCalls: [ToolCall]
    /// In a tool's message: the call whose result it is.
    public var toolCallID: String?
    /// In a tool's message: the tool, for calls without id.
    public var name: String?

    /// See the properties of the same names.
    public init(
        role: Role, content: MessageContent?, reasoning: String? = nil, toolCalls: [ToolCall] = [],
        toolCallID: String? = nil, name: String? = nil
    ) {
        self.role = role
        self.content = content
        self.reasoning = reasoning
        self.toolCalls = toolCalls
        self.toolCallID = toolCallID
        self.name = name
    }

    /// What the model is told before the conversation.
    public static func system(_ content: MessageContent) -> Message { Message(role: .system, content: content) }
    /// What a user says.
    public static func user(_ content: MessageContent) -> Message { Message(role: .user, content: content) }
    /// What the model said.
    public static func assistant(_ content: MessageContent) -> Message { Message(role: .assistant, content: content) }
    /// The result of a call. Text that is a JSON object is shown to the model as an object.
    public static func tool(_ result: MessageContent, callID: String) -> Message {
        Message(role: .tool, content: result, toolCallID: callID)
    }

    /// The reply as the assistant's message. Malformed calls are left out: no template could print them.
    public init(_ reply: Reply) {
        let hasContent = !reply.content.isEmpty || reply.toolCalls.isEmpty
        self.init(
            role: .assistant, content: hasContent ? .text(reply.content) : nil,
            reasoning: reply.reasoning.isEmpty ? nil : reply.reasoning, toolCalls: reply.toolCalls)
    }
}
