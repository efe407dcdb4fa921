import ArgumentParser
import ChatCommand
import CommandSupport
import Foundation
import Gemma
import GenerationCommand
import Logging

@main
enum Main {
    static func main() {
        LoggingSystem.bootstrap { _ in PlainLogHandler() }
        runCommand(GemmaChat.self)
    }
}

/// A chat in the terminal, and for scripts and programs. Flags have the names and meanings of llama.cpp.
struct GemmaChat: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "gemma-chat",
        abstract: "Chats with a Gemma 4 model.",
        discussion: """
            At a terminal it is a conversation; /help lists its commands. Where standard input or output is a pipe or \
            a file, the input is one message, and the answer is all that is written. Without a model it runs the small \
            pair that comes with it, which was trained on children's stories. \(ExitCodes.help)
            """,
        version: Version.line)

    @OptionGroup(title: "Model") var source: ModelOptions
    @OptionGroup(title: "Message") var message: MessageOptions
    @OptionGroup(title: "Conversation") var conversation: ConversationOptions
    @OptionGroup(title: "Template") var template: TemplateOptions
    @OptionGroup(title: "Constraint") var constraint: ConstraintFlags
    @OptionGroup(title: "Sampling") var sampling: SamplingFlags
    @OptionGroup(title: "Speculation") var speculation: SpeculationFlags

    /// For whoever tries the bundled pair.
    private static let greeting = """
        This is the small model that comes with swift-gemma. It was trained on children's stories and a few phrases; \
        do not expect answers. Try "Tell me about a fox." A real one: gemma-chat -hf ggml-org/gemma-4-E2B-it-GGUF, \
        or gemma-chat -m FILE. /help lists the commands.
        """

    mutating func run() async throws {
        let given = try constraint.constraint()
        let first = try message.message()
        let progress = ProgressLine()
        let files = try await source.files(wantsDrafter: !speculation.isOff, progress)
        try speculation.check(hasDrafter: files.drafter != nil)
        let model = try source.load(files, progress)
        try given?.check(for: model)
        var options = GenerationOptions(
            maximumResponseTokens: message.maximumTokens, speculation: speculation.options)
        sampling.apply(to: &options, escapes: message.hasEscapes)
        options.constraint = given?.constraint
        let program = try ChatProgram(
            model, source, template, generation: options, settings: conversation.settings,
            greeting: files.isBundled ? Self.greeting : "/help lists the commands.")
        try await program.run(first: first)
    }
}
