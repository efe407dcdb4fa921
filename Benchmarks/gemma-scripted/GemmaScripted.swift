import ArgumentParser
import BundledModel
import CommandSupport
import Foundation
import GGUF
import ScriptedModel

@main
enum Main {
    static func main() { runCommand(GemmaScripted.self) }
}

/// Writes a model that calls a tool, for trying a chat with tools by hand.
struct GemmaScripted: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "gemma-scripted",
        abstract: "Writes a small model that says what it is told, and calls a tool.",
        discussion: """
            The model has the vocabulary and the chat template of the bundled model. It answers whatever it is asked \
            with the reply, and the results of the calls in it with the answer. Both are markup: a call is \
            '<|tool_call>call:NAME{ARGUMENTS}<tool_call|>', and strings in its arguments stand between two <|"|>.
            """)

    @Argument(help: "The file to write.", completion: .file(extensions: ["gguf"]))
    var output: String

    @Option(help: "Write a drafter for the model to this file.", completion: .file(extensions: ["gguf"]))
    var drafter: String?

    @Option(help: "What it answers a user.")
    var reply = Script.call("get_time", #"zone:<|"|>UTC<|"|>"#)

    @Option(help: "What it answers the result of a call.")
    var answer = "It is late."

    func run() throws {
        guard let vocabulary = BundledModel.target else {
            throw ValidationError("the bundled model, whose vocabulary is needed, is not beside the executable")
        }
        let model = try ScriptedModel(
            .replying(reply, toResults: answer), vocabularyOf: GGUFFile(contentsOf: vocabulary))
        try model.target().write(to: URL(fileURLWithPath: output))
        if let drafter { try model.drafter().write(to: URL(fileURLWithPath: drafter)) }
    }
}
