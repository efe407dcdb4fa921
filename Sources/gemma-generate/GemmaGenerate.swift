import ArgumentParser
import ChatCommand
import CommandSupport
import Foundation
import GGUF
import Gemma
import GenerationCommand
import Logging
import Synchronization

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
    @OptionGroup(title: "Prompt cache") var promptCache: PromptCacheOptions
    @OptionGroup(title: "Conversation") var template: TemplateOptions
    @OptionGroup(title: "Constraint") var constraint: ConstraintFlags
    @OptionGroup(title: "Sampling") var sampling: SamplingFlags
    @OptionGroup(title: "Speculation") var speculation: SpeculationFlags

    @Option(help: "Statistics on standard error: text (the default), json or none.")
    var stats: StatisticsFormat?

    @Flag(help: "Print the model's metadata and tensors, and stop.")
    var listInfo = false

    private var isConversation: Bool { text.isConversation || template.isUsed }

    func validate() throws {
        if constraint.isUsed, text.ignoreEOS {
            throw ValidationError("--ignore-eos contradicts a grammar or a schema, which say where the text ends")
        }
        if text.parallel != nil, promptCache.isUsed {
            throw ValidationError("--prompt-cache is for one text; leave --parallel out")
        }
        if text.parallel != nil, text.verbose { throw ValidationError("-v is for one text; leave --parallel out") }
        guard isConversation else { return }
        if text.parallel != nil { throw ValidationError("--parallel is for texts, not for a conversation") }
        if text.noConversation {
            throw ValidationError("-no-cnv contradicts -cnv, -st, -sys and what else is about a conversation")
        }
        if text.verbose { throw ValidationError("-v is for texts, not for a conversation; see --list-info") }
        if promptCache.isUsed { throw ValidationError("--prompt-cache is for texts, not for a conversation") }
        if stats.map({ $0 != StatisticsFormat.none }) == true {
            throw ValidationError("--stats is for texts, not for a conversation; gemma-chat --json has figures")
        }
    }

    mutating func run() async throws {
        let progress = ProgressLine()
        let given = try constraint.constraint()
        let files = try await source.files(wantsDrafter: !speculation.isOff, progress)
        if listInfo { return try printInfo(of: files.target) }
        try speculation.check(hasDrafter: files.drafter != nil)
        let options = generationOptions(given)
        if isConversation { return try await converse(files, options, given, progress) }
        let prompt = try text.promptText(isBundled: files.isBundled)
        let model = try source.load(files, progress)
        try given?.check(for: model)
        let cacheTypes = source.cache.types()
        if let count = text.parallel { return try await write(count, prompt, options, model) }
        let session = try model.makeSession(
            contextLength: source.contextLength(of: model), keyCacheType: cacheTypes.key,
            valueCacheType: cacheTypes.value)
        model.checkLength(ofContext: session.contextLength)
        text.noticeUnreadInput()
        let cache = promptCache.cache
        let edit = try await cache?.edit(of: session, to: [.markup(prompt)]) ?? .append([.markup(prompt)])
        var pieces = session.streamResponse(to: edit, options: options) { done, total in
            progress.show("reading the prompt: \(done) of \(total) tokens")
        }.makeAsyncIterator()
        try pieces.begin()
        cache?.report(session)
        if text.verbose {
            let report = VerboseReport(
                session: session, target: files.target, drafter: files.drafter,
                threads: source.threads.count, cacheTypes: cacheTypes)
            StandardError.write(report.text)
        }
        let shown = text.noDisplayPrompt ? "" : prompt
        let outcome = try await Interruptible.run { [pieces] in
            try StandardOutput.write(shown)
            var pieces = pieces
            var piece = try await pieces.next()
            try await cache?.save(promptOf: session)
            while let text = piece {
                progress.clear()
                try StandardOutput.write(text)
                piece = try await pieces.next()
            }
        }
        progress.clear()
        (stats ?? .text).write(session.statistics, of: model, options.speculation)
        switch outcome {
        case .finished: await writeProfile(of: session)
        case .interrupted: throw ExitCode(130)
        }
    }

    /// Several continuations at once.
    private func write(_ count: Int, _ prompt: String, _ options: GenerationOptions, _ model: GemmaModel) async throws {
        let cacheTypes = source.cache.types()
        let engine = try Engine(
            model: model,
            configuration: .init(
                contextLength: source.contextLength(of: model), keyCacheType: cacheTypes.key,
                valueCacheType: cacheTypes.value, maximumSequences: count))
        model.checkLength(ofContext: engine.contextLength)
        text.noticeUnreadInput()
        let texts = ParallelTexts(
            engine: engine, prompt: prompt, options: options, count: count, isJSON: text.json)
        let start = ContinuousClock.now
        let written = Mutex<[GenerationStatistics]>([])
        let outcome = try await Interruptible.run {
            let statistics = try await texts.run()
            written.withLock { $0 = statistics }
        }
        if case .interrupted = outcome { throw ExitCode(130) }
        guard (stats ?? .text) == .text else { return }
        let all = written.withLock(\.self)
        let (read, tokens) = (all.reduce(0) { $0 + $1.promptTokens }, all.reduce(0) { $0 + $1.generatedTokens })
        let seconds = (ContinuousClock.now - start) / .seconds(1)
        StandardError.write(
            String(
                format: "%d texts: %d tokens read, %d tokens written in %.2f s, %.1f tokens/s\n", count, read, tokens,
                seconds, Double(tokens) / seconds))
    }

    /// Prints the profile if there is one, with `GEMMA_PROFILE=1`.
    private func writeProfile(of session: GemmaSession) async {
        guard let table = await session.profileTable() else { return }
        StandardError.write("\n" + table)
    }

    /// As gemma-chat does it.
    private func converse(
        _ files: ModelOptions.Files, _ options: GenerationOptions, _ given: GivenConstraint?,
        _ progress: ProgressLine
    ) async throws {
        let message = try text.promptText(isBundled: false)
        let model = try source.load(files, progress)
        try given?.check(for: model)
        let program = try ChatProgram(
            model, source, template, generation: options,
            settings: ConversationSettings(isSingleTurn: text.isSingleTurn))
        try await program.run(first: message.isEmpty ? nil : message)
    }

    private func generationOptions(_ given: GivenConstraint?) -> GenerationOptions {
        var options = GenerationOptions(
            maximumResponseTokens: text.predict.flatMap { $0 < 0 ? nil : $0 }, speculation: speculation.options)
        sampling.apply(to: &options, escapes: !text.noEscape)
        options.ignoresEndOfText = text.ignoreEOS
        options.showsSpecialTokens = text.special
        options.constraint = given?.constraint
        return options
    }
}
