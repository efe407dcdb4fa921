import ArgumentParser
import CommandSupport
import Logging

@main
enum Main {
    static func main() {
        LoggingSystem.bootstrap { _ in PlainLogHandler() }
        runCommand(GemmaPerplexity.self)
    }
}

/// Judges a model, a format or a cache type by a text. Flags have the names and meanings of llama-perplexity.
struct GemmaPerplexity: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "gemma-perplexity",
        abstract: "Measures how well a Gemma 4 model predicts a text, and how far it differs from a saved run.",
        discussion: """
            The text is cut into chunks of -c tokens; the second half of each is scored. With --kl-divergence-base \
            FILE, the probabilities of the run are saved in FILE; with --kl-divergence as well, they are compared with \
            those in FILE. Such files have the format of llama-perplexity. Results go to standard output; everything \
            else goes to standard error. \(ExitCodes.help)
            """,
        version: Version.line)

    @OptionGroup(title: "Model") var model: ModelOptions
    @OptionGroup(title: "Text") var text: TextOptions

    @Flag(help: "Print one JSON object on standard output instead of lines.")
    var json = false

    func run() async throws {
        // Outside of `Interruptible`, since reading what somebody types cannot be cancelled.
        let contents = try text.contents()
        let measurement = try Measurement(
            settings: model.settings(), base: text.base, text: contents, chunking: text.chunking, isJSON: json)
        let outcome = try await Interruptible.run { try measurement.run() }
        if case .interrupted = outcome { throw ExitCode(130) }
    }
}
