import Foundation
import Gemma

/// Answers a question about files, and keeps the conversation for the next one:
/// `swift run -c release FileAssistant MODEL.gguf CONVERSATION.json "Which is larger, README.md or CHANGELOG.md?"`.
@main
enum FileAssistant {
    static func main() async {
        guard CommandLine.arguments.count == 4 else {
            return print("usage: FileAssistant MODEL.gguf CONVERSATION.json QUESTION")
        }
        do {
            let model = try GemmaModel(contentsOf: URL(fileURLWithPath: CommandLine.arguments[1]))
            let conversation = URL(fileURLWithPath: CommandLine.arguments[2])
            var transcript: Transcript = [.system("You know the files of this folder by calling tools.")]
            if let data = try? Data(contentsOf: conversation) {
                transcript = try JSONDecoder().decode(Transcript.self, from: data)
            }
            let session = try LanguageModelSession(model: model, tools: [FileSize()], transcript: transcript)
            let response = try await session.respond(to: CommandLine.arguments[3])
            for call in response.transcriptEntries.flatMap(\.toolCalls) { print("(\(call.name) \(call.arguments))") }
            print(response.content)
            // An array of messages in OpenAI's form.
            try JSONEncoder().encode(session.transcript).write(to: conversation)
        } catch {
            FileHandle.standardError.write(Data("error: \(error)\n".utf8))
            exit(1)
        }
    }
}

struct FileSize: Tool {
    let name = "file_size"
    let description = "Tells the size of a file in bytes"
    let parameters = GenerationSchema(json: [
        "type": "object",
        "properties": ["path": ["type": "string", "description": "the path of the file"]],
        "required": ["path"],
    ])

    struct Arguments: Decodable, ConvertibleFromGeneratedContent {
        let path: String
    }

    /// The model is told of an error, and may try another path.
    func call(arguments: Arguments) async throws -> String {
        let attributes = try FileManager.default.attributesOfItem(atPath: arguments.path)
        return "\(attributes[.size] ?? 0) bytes"
    }
}
