import JSON

/// What a chat template makes a prompt of.
public struct ChatPrompt: Sendable {
    /// The conversation.
    public var messages: [Message]
    /// What the model may call.
    public var tools: [ToolDescription]
    /// Whether the model is to answer, rather than the text to end after the last message.
    public var addsGenerationPrompt: Bool
    /// What else the template asks for, such as `enable_thinking`. These win over the variables made of the rest.
    public var variables: JSONObject

    /// See the properties of the same names.
    public init(
        messages: [Message], tools: [ToolDescription] = [], addsGenerationPrompt: Bool = true,
        variables: JSONObject = [:]
    ) {
        self.messages = messages
        self.tools = tools
        self.addsGenerationPrompt = addsGenerationPrompt
        self.variables = variables
    }

    /// The variables that a template is rendered with, but for the special tokens (`bos_token`, …), whose text is
    /// markup while all of this is not.
    ///
    /// Templates differ in what they take; messages are brought into the form that this one takes.
    ///
    /// - Parameter source: the template.
    public func templateVariables(for source: String) throws(PromptError) -> JSONObject {
        var prepared: [PreparedMessage] = []
        for (index, message) in messages.enumerated() { prepared.append(try PreparedMessage(message, at: index)) }
        if PreparedMessage.mustFoldResults(for: source) { prepared = PreparedMessage.foldingResults(prepared) }

        var result: JSONObject = [
            // A template may ask `tools is defined`, which is true for null, as transformers has it.
            "tools": tools.isEmpty ? nil : .array(tools.map(\.json)),
            "documents": nil,
            "add_generation_prompt": .bool(addsGenerationPrompt),
            "messages": .array(prepared.map(\.json)),
        ]
        for (name, value) in variables { result[name] = value }
        return result
    }
}
