/// What a model is to continue, in parts that say which special tokens may be made of them.
///
///     let prompt: RawPrompt = [.control("<|turn>"), "user\n", .text(question), .control("<turn|>")]
///
/// A string literal is text. Neighbouring parts are one text: where one ends does not change the tokens around it.
public struct RawPrompt: Sendable, Hashable {
    /// A part of a prompt.
    public enum Part: Sendable, Hashable {
        /// Text that anybody may have written. Nothing in it becomes a special token.
        case text(String)
        /// One special token, by its text.
        case control(String)
        /// Text that you wrote or trust: what reads like a special token is that token. It must be within one part.
        case markup(String)
        /// Tokens as they are.
        case tokens([TokenID])
    }

    /// What is to be continued, in order.
    public var parts: [Part]

    /// A prompt of parts.
    public init(_ parts: [Part]) { self.parts = parts }
}

extension RawPrompt: ExpressibleByStringInterpolation {
    public init(stringLiteral text: String) { parts = [.text(text)] }
}

extension RawPrompt: ExpressibleByArrayLiteral {
    public init(arrayLiteral parts: Part...) { self.parts = parts }
}

extension RawPrompt.Part: ExpressibleByStringInterpolation {
    public init(stringLiteral text: String) { self = .text(text) }
}
