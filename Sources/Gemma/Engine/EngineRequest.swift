public import Tokenizer

/// A text to be continued.
public struct EngineRequest: Sendable {
    /// What is to be continued.
    public enum Prompt: Sendable {
        /// Text and markup. `<bos>` is put before it.
        case raw(RawPrompt)
        /// As they are.
        case tokens([TokenID])
    }

    public var prompt: Prompt
    /// How tokens are drawn, and when the text ends.
    public var options: GenerationOptions
    /// Of two requests that wait, the one with the higher priority is answered first.
    public var priority: Int
    /// Whose request it is. Requests of equal priority are taken from each key in turn.
    public var key: String
    /// Texts of one salt are never continued from what was read for another, so that nobody learns from the time to
    /// the first token what others have asked.
    public var cacheSalt: String
    /// Whether the text is continued from what was read for earlier ones, and kept for later ones.
    public var usesCache: Bool
    /// Numbers of tokens after which later prompts are likely to differ from this one, such as the end of a system
    /// prompt. They can then be continued there. The end of the prompt and of the answer, and every 4096th
    /// position, are such places anyway.
    public var continuationPoints: [Int]

    /// A request with that prompt.
    public init(
        prompt: Prompt, options: GenerationOptions = .init(), priority: Int = 0, key: String = "",
        cacheSalt: String = "", usesCache: Bool = true, continuationPoints: [Int] = []
    ) {
        self.prompt = prompt
        self.options = options
        self.priority = priority
        self.key = key
        self.cacheSalt = cacheSalt
        self.usesCache = usesCache
        self.continuationPoints = continuationPoints
    }

    /// A request to continue `text`. Nothing in it becomes a special token.
    public init(text: String, options: GenerationOptions = .init()) {
        self.init(prompt: .raw([.text(text)]), options: options)
    }
}
