import Foundation
import Gemma

/// A conversation in the terminal, with dim thoughts: `swift run -c release TerminalChat MODEL.gguf`.
@main
enum TerminalChat {
    static func main() async {
        guard CommandLine.arguments.count == 2 else { return print("usage: TerminalChat MODEL.gguf") }
        do {
            let model = try GemmaModel(contentsOf: URL(fileURLWithPath: CommandLine.arguments[1]))
            let session = try LanguageModelSession(model: model, instructions: "Answer in a few sentences.")
            session.prewarm()
            write("> ")
            while let question = readLine() {
                let options = GenerationOptions(thinking: true)
                for try await event in session.streamResponse(to: question, options: options).events {
                    switch event {
                    case .reasoning(let thought): write("\u{1B}[2m\(thought)\u{1B}[0m")
                    case .content(let text): write(text)
                    case .finished(let response): write("\n\n(\(response.tokens.count) tokens)\n> ")
                    default: break
                    }
                }
            }
        } catch {
            FileHandle.standardError.write(Data("error: \(error)\n".utf8))
            exit(1)
        }
    }

    private static func write(_ text: String) { FileHandle.standardOutput.write(Data(text.utf8)) }
}
