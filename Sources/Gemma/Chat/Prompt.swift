/// What a user says: text, from one part or several. Nothing in it becomes a special token.
public struct Prompt: Sendable, Hashable {
    /// The parts, joined by line ends.
    public let text: String

    /// A prompt of one part, or of an array of them.
    public init(_ content: some PromptRepresentable) { text = content.promptRepresentation.text }

    /// A prompt of several parts:
    ///
    ///     let prompt = Prompt {
    ///         "Plan a trip to \(city)."
    ///         if hasChildren { "There are children." }
    ///     }
    public init(@PromptBuilder _ content: () throws -> Prompt) rethrows { self = try content() }

    fileprivate init(joining parts: [Prompt]) { text = parts.map(\.text).joined(separator: "\n") }

    init(text: String) { self.text = text }
}

/// What can be said to a model.
public protocol PromptRepresentable {
    /// It as the model is told.
    var promptRepresentation: Prompt { get }
}

extension Prompt: PromptRepresentable {
    public var promptRepresentation: Prompt { self }
}

extension String: PromptRepresentable {
    public var promptRepresentation: Prompt { Prompt(text: self) }
}

/// Parts are joined by line ends.
extension Array: PromptRepresentable where Element: PromptRepresentable {
    public var promptRepresentation: Prompt { Prompt(joining: map(\.promptRepresentation)) }
}

/// Makes a prompt of expressions, `if`s and loops, each on a line of its own.
@resultBuilder
public enum PromptBuilder {
    public static func buildExpression(_ content: some PromptRepresentable) -> Prompt { content.promptRepresentation }
    public static func buildBlock(_ parts: Prompt...) -> Prompt { Prompt(joining: parts.filter { !$0.text.isEmpty }) }
    public static func buildArray(_ parts: [Prompt]) -> Prompt { Prompt(joining: parts) }
    public static func buildOptional(_ part: Prompt?) -> Prompt { part ?? Prompt(text: "") }
    public static func buildEither(first part: Prompt) -> Prompt { part }
    public static func buildEither(second part: Prompt) -> Prompt { part }
}

/// What a model is told before a conversation: the system message.
public typealias Instructions = Prompt
/// What can be told to a model before a conversation.
public typealias InstructionsRepresentable = PromptRepresentable
/// Makes instructions of expressions, `if`s and loops, each on a line of its own.
public typealias InstructionsBuilder = PromptBuilder
