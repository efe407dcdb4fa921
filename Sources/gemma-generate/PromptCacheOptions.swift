import ArgumentParser
import CommandSupport
import Foundation
import Gemma
import GenerationCommand
import Logging

/// A file with the state after the prompt, so that it need not be read the next time.
struct PromptCacheOptions: ParsableArguments {
    @Option(
        name: .customLong("prompt-cache"), parsing: .unconditional,
        help: ArgumentHelp(
            """
            A file with the state after a prompt. If it exists, what the prompt begins with in common with it is not \
            read again. If anything is left to read, the file is replaced once the prompt has been read.
            """,
            valueName: "file"))
    private var path: String?

    @Flag(name: .customLong("prompt-cache-ro"), help: "Never write to the file of --prompt-cache.")
    private var isReadOnly = false

    func validate() throws {
        if isReadOnly, path == nil { throw ValidationError("--prompt-cache-ro would have no effect") }
    }

    var isUsed: Bool { path != nil }

    /// What is done with the file; nil if none is given.
    var cache: PromptCache? { path.map { PromptCache(url: URL(fileURLWithPath: $0), isReadOnly: isReadOnly) } }
}

/// The state after a prompt, in a file.
struct PromptCache: Sendable {
    let url: URL
    let isReadOnly: Bool

    /// As with llama.cpp, an empty file counts as none.
    private var exists: Bool {
        let attributes = try? FileManager.default.attributesOfItem(atPath: url.resolvingSymlinksInPath().path)
        guard let attributes else { return false }
        return attributes[.type] as? FileAttributeType != .typeRegular || attributes[.size] as? Int != 0
    }

    /// Makes the saved text that of the session, if there is one.
    /// - Returns: what then makes it the prompt. The end of the prompt is kept until it is saved.
    /// - Throws: `GemmaError.cannotLoad`; nothing is overwritten then. `TokenizerError`.
    func edit(of session: GemmaSession, to prompt: RawPrompt) async throws -> GemmaSession.Edit {
        if exists { try await session.restore(from: url) }
        let tokens = try session.model.tokens(ofText: prompt)
        return .replace(tokens, keepingWindowsBefore: [tokens.count])
    }

    /// Says how much of the prompt is not read again. To be called when the generation has begun.
    func report(_ session: GemmaSession) {
        guard exists else { return }
        let (kept, count) = (session.statistics.cachedPromptTokens, session.tokens.count)
        Logger(label: "gemma").notice("\(kept) of the prompt's \(count) tokens come from \(printable(url.path))")
    }

    /// Saves the prompt, unless the file has all of it. To be called when it has been read.
    /// - Throws: `GemmaError.cannotSave`.
    func save(promptOf session: GemmaSession) async throws {
        let statistics = session.statistics
        // Otherwise the prompt has not been read either.
        guard !isReadOnly, statistics.generatedTokens > 0 else { return }
        // With what was kept of it; the last token is always read.
        let (kept, count) = (statistics.cachedPromptTokens, statistics.cachedPromptTokens + statistics.promptTokens)
        guard kept < count - 1, try await session.save(first: count, to: url) == nil else { return }
        Logger(label: "gemma").warning("the prompt is not saved: its keys and values had to make room for others")
    }
}
