/// The beginning of the model's turn, which templates forget after a result that follows a call with text.
public enum GenerationPrompt {
    /// What a rendered prompt lacks.
    public struct Insertion: Hashable, Sendable {
        /// Where, in bytes of UTF-8.
        public let offset: Int
        /// Markup, not text.
        public let text: String
    }

    private static let turnEnd = "<turn|>\n"
    private static let turnStart = "<|turn>model\n"
    private static let emptyThought = "<|channel>thought\n<channel|>"

    /// - Parameters:
    ///   - prompt: what a template made of messages that the model is to answer.
    ///   - ordinary: the bytes of it that came from the messages: ranges in order. A message that reads like the end
    ///     of a turn is none.
    /// - Returns: nil if nothing is missing: the model's turn has begun, or goes on after `<tool_response|>`.
    public static func missing(in prompt: String, ordinary: [Range<Int>]) -> Insertion? {
        var text = prompt.utf8[...]
        // The same templates do not forget the empty thought that switches thinking off.
        if text.ends(with: emptyThought) { text = text.dropLast(emptyThought.utf8.count) }
        let count = text.count
        guard text.ends(with: turnEnd), (ordinary.last?.upperBound ?? 0) <= count - turnEnd.utf8.count else {
            return nil
        }
        return Insertion(offset: count, text: turnStart)
    }
}

extension Substring.UTF8View {
    fileprivate func ends(with text: String) -> Bool { suffix(text.utf8.count).elementsEqual(text.utf8) }
}
