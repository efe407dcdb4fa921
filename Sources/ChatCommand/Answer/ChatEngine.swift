package import Chat
package import Gemma

/// What a conversation is held with: a model's session, or a stand-in in a test.
package protocol ChatEngine: Sendable {
    var transcript: Transcript { get }
    /// Replaces the conversation. What was read of the common beginning is kept.
    func setTranscript(_ transcript: Transcript) throws
    /// Answers, and appends what was said to the transcript.
    ///
    /// Cancelling the task that iterates ends the answer; what was written stays.
    /// - Parameter text: the user's next message; nil if the transcript ends with it.
    func answer(to text: String?, settings: AnswerSettings) -> AsyncThrowingStream<AnswerEvent, any Error>
    /// Waits until an answer that was cancelled has ended. The transcript then has what was written of it.
    func waitForEnd() async
    /// Figures of the last answer, a line or more.
    var statistics: String { get }
}

/// How an answer is made.
package struct AnswerSettings: Sendable {
    package var generation: GenerationOptions
    /// Whether the model thinks first; nil for what its template does by itself.
    package var thinking: Bool?

    package init(generation: GenerationOptions = GenerationOptions(), thinking: Bool? = nil) {
        (self.generation, self.thinking) = (generation, thinking)
    }
}
