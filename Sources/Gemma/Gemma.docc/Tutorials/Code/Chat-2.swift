import Foundation
import Gemma

let file = URL(fileURLWithPath: CommandLine.arguments[1])
let model = try GemmaModel(contentsOf: file)
let session = try LanguageModelSession(model: model, instructions: "Answer in a few sentences.")

let response = try await session.respond(to: "Why is the sky blue?")
print(response.content)
