import ArgumentParser
import CommandSupport
import Foundation
import GGUF
import Gemma
import GenerationCommand
import Logging

@main
enum Main {
    static func main() {
        LoggingSystem.bootstrap { _ in PlainLogHandler() }
        runCommand(GemmaGenerate.self)
    }
}

/// Continues a text. Flags have the names and meanings of llama.cpp.
struct GemmaGenerate: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "gemma-generate",
        abstract: "Continues a text with a Gemma 4 model, faster if it has a drafter.",
        discussion: """
            Without -m it runs the small pair that comes with it, which tells stories. The text goes to standard \
            output; everything else goes to standard error. \(ExitCodes.help)
            """,
        version: Version.line)

    @OptionGroup(title: "Model") var source: ModelOptions
    @OptionGroup(title: "Text") var text: TextOptions
    @OptionGroup(title: "Sampling") var sampling: SamplingFlags
    @OptionGroup(title: "Speculation") var speculation: SpeculationFlags

    @Option(help: "Statistics on standard error: text, json or none.")
    var stats = StatisticsFormat.text

    mutating func run() async throws {
        let (target, drafter) = try source.files()
        if source.listInfo { return try listInfo(target) }
        let prompt = try text.promptText(isBundled: source.pair.target == nil)
        let options = try generationOptions(hasDrafter: drafter != nil)

        let progress = ProgressLine()
        progress.show("loading \(target.lastPathComponent)")
        let model = try GemmaModel(
            contentsOf: target, drafter: speculation.isOff ? nil : drafter, threads: source.threads.count,
            checkTensors: source.checkTensors)
        let cacheTypes = source.cache.types()
        let session = try model.makeSession(
            contextLength: source.contextLength(of: model), keyCacheType: cacheTypes.key,
            valueCacheType: cacheTypes.value)
        progress.clear()
        if session.contextLength > model.trainedContextLength {
            Logger(label: "gemma").warning(
                """
                the context of \(session.contextLength) is longer than the \(model.trainedContextLength) the model was \
                trained for
                """
            )
        }

        text.noticeUnreadInput()
        var pieces = session.streamResponse(to: [.markup(prompt)], options: options) { done, total in
            progress.show("reading the prompt: \(done) of \(total) tokens")
        }.makeAsyncIterator()
        try pieces.begin()
        if text.verbose {
            let report = VerboseReport(
                session: session, target: target, drafter: model.hasDrafter ? drafter : nil,
                threads: source.threads.count, cacheTypes: cacheTypes)
            StandardError.write(report.text)
        }
        let shown = text.noDisplayPrompt ? "" : prompt
        let outcome = try await Interruptible.run { [pieces] in
            try StandardOutput.write(shown)
            var pieces = pieces
            while let piece = try await pieces.next() {
                progress.clear()
                try StandardOutput.write(piece)
            }
        }
        progress.clear()
        stats.write(session.statistics, of: model, options.speculation)
        switch outcome {
        case .finished: await writeProfile(of: session)
        case .interrupted: throw ExitCode(130)
        }
    }

    /// Prints the profile if there is one, with `GEMMA_PROFILE=1`.
    private func writeProfile(of session: GemmaSession) async {
        guard let table = await session.profileTable() else { return }
        StandardError.write("\n" + table)
    }

    private func generationOptions(hasDrafter: Bool) throws -> GenerationOptions {
        if speculation.type == .draftMTP, !hasDrafter {
            throw ValidationError("--spec-type draft-mtp needs a drafter (-md)")
        }
        var options = GenerationOptions(
            maximumResponseTokens: text.predict.flatMap { $0 < 0 ? nil : $0 },
            speculation: SpeculationOptions(
                draftLength: speculation.draftLength, minimumProbability: speculation.minimumProbability))
        sampling.apply(to: &options, escapes: !text.noEscape)
        options.ignoresEndOfText = text.ignoreEOS
        options.showsSpecialTokens = text.special
        return options
    }
}
