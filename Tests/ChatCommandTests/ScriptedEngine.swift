import Chat
import ChatCommand
import LineEditing
import Synchronization

/// Answers with what a test has prepared.
final class ScriptedEngine: ChatEngine {
    enum Answer {
        case events([AnswerEvent])
        case failure(any Error)
    }

    struct Failure: Error, CustomStringConvertible {
        let description: String
    }

    private struct State {
        var transcript: Transcript
        var answers: [Answer]
        var settings: [AnswerSettings] = []
    }

    private let state: Mutex<State>

    init(transcript: Transcript = [], _ answers: [Answer] = []) {
        state = Mutex(State(transcript: transcript, answers: answers))
    }

    convenience init(saying first: String, _ others: String...) {
        self.init(([first] + others).map { .events([.content($0), .finished(.usual)]) })
    }

    var transcript: Transcript { state.withLock { $0.transcript } }
    var statistics: String { "the figures" }
    /// Those of each answer.
    var settings: [AnswerSettings] { state.withLock { $0.settings } }

    func waitForEnd() async {}

    func setTranscript(_ transcript: Transcript) throws { state.withLock { $0.transcript = transcript } }

    func answer(to text: String?, settings: AnswerSettings) -> AsyncThrowingStream<AnswerEvent, any Error> {
        let answer = state.withLock { state in
            state.settings.append(settings)
            if let text { state.transcript.append(.user(.text(text))) }
            return state.answers.isEmpty ? Answer.events([]) : state.answers.removeFirst()
        }
        return AsyncThrowingStream { continuation in
            switch answer {
            case .failure(let error): continuation.finish(throwing: error)
            case .events(let events):
                var message = Message(role: .assistant, content: .text(""))
                for event in events {
                    if case .content(let text) = event { message.content = .text((message.content?.text ?? "") + text) }
                    if case .reasoning(let text) = event { message.reasoning = (message.reasoning ?? "") + text }
                    continuation.yield(event)
                }
                state.withLock { [message] in $0.transcript.append(message) }
                continuation.finish()
            }
        }
    }
}

extension AnswerSummary {
    static let usual = summary(contextTokens: 100)

    static func summary(contextTokens: Int) -> AnswerSummary {
        AnswerSummary(
            end: .endOfText, promptTokens: 20, promptTokensPerSecond: 200, generatedTokens: 10,
            generatedTokensPerSecond: 12.5, contextTokens: contextTokens, contextLength: 1000)
    }
}

/// A user whose entries a test has prepared.
final class ScriptedUser: EntrySource {
    private let state: Mutex<(inputs: [LineInput], prompts: [String], prefills: [String], remembered: [String])>

    init(_ inputs: [LineInput]) { state = Mutex((inputs, [], [], [])) }

    func readLine(prompt: String, style: String, prefill: String) async -> LineInput {
        state.withLock { state in
            state.prompts.append(prompt)
            if !prefill.isEmpty { state.prefills.append(prefill) }
            return state.inputs.isEmpty ? .endOfInput : state.inputs.removeFirst()
        }
    }

    func remember(_ entry: String) { state.withLock { $0.remembered.append(entry) } }

    var prompts: [String] { state.withLock { $0.prompts } }
    var prefills: [String] { state.withLock { $0.prefills } }
    var remembered: [String] { state.withLock { $0.remembered } }
}

/// What was written.
final class Screen: Sendable {
    private let texts = Mutex((answers: "", notes: ""))

    var answers: String { texts.withLock { $0.answers } }
    var notes: String { texts.withLock { $0.notes } }

    func streams(hasColors: Bool = false) -> ChatStreams {
        ChatStreams(
            write: { [self] text in texts.withLock { $0.answers += text } },
            note: { [self] text in texts.withLock { $0.notes += text } },
            progress: { [self] text in if let text { texts.withLock { $0.notes += "<\(text)>" } } },
            isTerminal: true, hasColors: hasColors)
    }
}
