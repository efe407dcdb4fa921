import Foundation
import GemmaMacros  // FoundationModels: import FoundationModels

/// Answers a question with the help of a tool, and shows how: `swift run -c release WeatherReport MODEL.gguf`.
@main
enum WeatherReport {
    static func main() async {
        guard CommandLine.arguments.count == 2 else { return print("usage: WeatherReport MODEL.gguf") }
        do {
            // FoundationModels: SystemLanguageModel.default
            let model = try GemmaModel(contentsOf: URL(fileURLWithPath: CommandLine.arguments[1]))
            // FoundationModels: no `try`
            let session = try LanguageModelSession(model: model, tools: [FindTemperature()]) {
                "You help people to pack for a trip."
                "Find the temperature before you answer."
            }
            let prompt = Prompt {
                "What do I wear in Oslo today and tomorrow?"
                "Answer in one sentence."
            }
            let response = try await session.respond(
                to: prompt, options: GenerationOptions(temperature: 0.5, maximumResponseTokens: 500))
            print(response.content)
            for entry in session.transcript { show(entry) }
        } catch {  // FoundationModels: LanguageModelSession.GenerationError and ToolCallError
            FileHandle.standardError.write(Data("error: \(error)\n".utf8))
            exit(1)
        }
    }

    static func show(_ entry: Transcript.Entry) {
        let text = entry.content?.text ?? ""
        switch entry.role {  // FoundationModels: switch entry {
        case .system, .developer: print("Instructions:", text)  // FoundationModels: case .instructions(let entry)
        case .user: print("Prompt:", text)  // FoundationModels: case .prompt(let entry)
        case .tool: print("Output:", text)  // FoundationModels: case .toolOutput(let entry)
        case .assistant:  // FoundationModels: case .toolCalls(let entry), case .response(let entry)
            for call in entry.toolCalls { print("Call:", call.name, call.arguments) }
            if !text.isEmpty { print("Response:", text) }
        }
    }
}
