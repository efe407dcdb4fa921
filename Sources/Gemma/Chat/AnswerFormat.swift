internal import Chat

/// What an answer in JSON is to be.
struct AnswerFormat: Sendable {
    let schema: GenerationSchema
    /// Whether the model is shown the schema. It is held to it anyway.
    let isShown: Bool

    /// A user's message, with the schema behind it.
    func shown(_ message: Message) -> Message {
        guard isShown else { return message }
        var message = message
        message.content = .text(
            (message.content?.text ?? "") + "\n\nAnswer in JSON that obeys this JSON schema:\n" + schema.json.json)
        return message
    }
}

extension GenerationOptions {
    /// The same for an answer in JSON: it obeys the schema, whatever else it was to obey.
    func constrained(to format: AnswerFormat?) -> GenerationOptions {
        var options = self
        if let format { options.constraint = .jsonSchema(format.schema.constraint) }
        return options
    }
}
