import Foundation
import Gemma

let file = URL(fileURLWithPath: CommandLine.arguments[1])
let model = try GemmaModel(contentsOf: file)
let session = try LanguageModelSession(
    model: model, tools: [Clock()], instructions: "Answer in a few sentences.")

while let question = readLine() {
    for try await event in session.streamResponse(to: question).events {
        switch event {
        case .content(let text): FileHandle.standardOutput.write(Data(text.utf8))
        case .toolOutput(let call, let result): print("(\(call.name) \(call.arguments): \(result))")
        default: break
        }
    }
    print()
}
