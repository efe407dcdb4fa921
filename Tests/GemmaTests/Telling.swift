import Assistant
import GGUF
import Gemma
import Testing

/// A story, and how many drafts of each position were accepted on the way.
struct Telling: Equatable {
    let text: String
    let accepted: [Int]
    let finish: FinishReason?

    /// What the model makes of a prompt. Greedy, with four drafts a round if there is a drafter.
    init(
        _ target: AlteredFile? = nil, drafter: AlteredFile? = nil, prompt: RawPrompt = "Once upon a time",
        count: Int = 32, options: GenerationOptions = .init(temperature: 0)
    ) async throws {
        let model = try GemmaModel(target: (target ?? .target()).file, drafter: drafter?.file)
        let session = try model.makeSession(contextLength: 512)
        var options = options
        options.maximumResponseTokens = count
        options.speculation.draftLength = .fixed(4)
        text = try await session.streamResponse(to: prompt, options: options).reduce(into: "") { $0 += $1 }
        accepted = session.statistics.speculation.acceptedByPosition
        finish = session.statistics.finishReason
    }
}

/// The error with which a model is refused.
func refusal(of target: AlteredFile, drafter: AlteredFile? = nil) -> any Error {
    do {
        // As when files are given by name, whose errors say which of a model's two files is which.
        _ = try PairError.recognizing { try GemmaModel(target: target.file, drafter: drafter?.file) }
    } catch {
        return error
    }
    Issue.record("nothing was refused")
    return GemmaError.busy
}
