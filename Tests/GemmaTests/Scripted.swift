import BundledModel
import Foundation
import GGUF
import Gemma
import JSON
import Platform
import ScriptedModel
import Synchronization
import Testing

/// What tests of calls share: models that follow a script, and tools.
enum Scripted {
    static func model(_ script: Script, hasDrafter: Bool = false) throws -> GemmaModel {
        let vocabulary = try GGUFFile(contentsOf: #require(BundledModel.target))
        let model = try ScriptedModel(script, vocabularyOf: vocabulary)
        let drafter = try hasDrafter ? GGUFFile(ByteRegion(model.drafter().bytes())) : nil
        return try GemmaModel(target: GGUFFile(ByteRegion(model.target().bytes())), drafter: drafter, threads: 1)
    }

    /// A call of `Clock`.
    static let call = Script.call("get_time", #"zone:<|"|>UTC<|"|>"#)

    /// A model that calls `Clock` whenever it is asked something, and then answers.
    static let caller = Result { try model(.replying(call, toResults: "It is late.")) }

    /// A conversation with a model that writes `reply` to whatever it is asked.
    static func session(
        _ reply: String, toResults answer: String = "It is late.", tools: [any Tool],
        configuration: LanguageModelSession.Configuration = .init()
    ) throws -> LanguageModelSession {
        try LanguageModelSession(
            model: reply == call && answer == "It is late."
                ? caller.get() : model(.replying(reply, toResults: answer)),
            tools: tools, configuration: configuration)
    }
}

/// A tool that tells the time, or does what a test wants.
struct Clock: Tool {
    var name = "get_time"
    let description = "Tells the time"
    let parameters = GenerationSchema(json: ["type": "object", "properties": ["zone": ["type": "string"]]])
    var answer: @Sendable (_ zone: String) async throws -> String = { "It is noon in \($0)" }

    struct Arguments: Decodable, ConvertibleFromGeneratedContent { let zone: String }

    func call(arguments: Arguments) async throws -> String { try await answer(arguments.zone) }
}

/// What was noted, from any task.
final class Notes: Sendable {
    private let noted = Mutex<[String]>([])

    var all: [String] { noted.withLock { $0 } }

    func add(_ note: String) { noted.withLock { $0.append(note) } }
}

extension LanguageModelSession {
    /// What a response consists of: its events in a word or two each, without those of prompts.
    func events(to prompt: String, options: GenerationOptions = .init()) async throws -> [String] {
        var events: [String] = []
        for try await event in streamResponse(to: prompt, options: options).events {
            let (kind, text): (String, String?) =
                switch event {
                case .prompt: ("", nil)
                case .reasoning(let delta): ("thought", delta)
                case .content(let delta): ("content", delta)
                case .toolCall(let call): ("call", call.name + call.arguments)
                case .malformedCall(let call): ("malformed", call.raw)
                case .toolOutput(let call, let result): ("result", call.name + ": " + result)
                case .finished(let response): ("finished", response.content)
                }
            guard let text else { continue }
            if ["thought", "content"].contains(kind), let last = events.last, last.hasPrefix(kind + " ") {
                events[events.count - 1] = last + text
            } else {
                events.append("\(kind) \(text)")
            }
        }
        return events
    }

    /// The text that was read and written so far, special tokens as their text.
    var text: String { model.tokenizer.decode(tokens, special: true) }

    /// What the transcript says of results.
    var results: [String] { transcript.filter { $0.role == .tool }.compactMap { $0.content?.text } }
}
