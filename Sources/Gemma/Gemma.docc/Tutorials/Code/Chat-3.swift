import Foundation
import Gemma

let file = URL(fileURLWithPath: CommandLine.arguments[1])
let model = try GemmaModel(contentsOf: file)
let session = try LanguageModelSession(model: model, instructions: "Answer in a few sentences.")

while let question = readLine() {
    for try await event in session.streamResponse(to: question).events {
        switch event {
        case .content(let text): FileHandle.standardOutput.write(Data(text.utf8))
        default: break
        }
    }
    print()
}
