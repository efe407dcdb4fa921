public import Chat
public import ChatTemplate

/// Why a conversation cannot be shown to a model.
public enum ChatFormatError: Error, Equatable, Sendable {
    /// The model's file has no chat template.
    case noTemplate
    /// The template cannot be read, refuses the messages, or goes beyond a limit.
    case template(TemplateError)
    /// A message is of a kind that no template can show.
    case prompt(PromptError)
}

extension ChatFormatError: CustomStringConvertible {
    public var description: String {
        switch self {
        case .noTemplate:
            "the model's file has no chat template (tokenizer.chat_template): it was not made for conversations"
        case .template(let error): error.description
        case .prompt(let error): error.description
        }
    }
}
