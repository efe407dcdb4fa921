import Assistant
public import Constraint
public import Foundation
package import GGUF
import Gemma4
import Sampling
import Tensor
package import Tokenizer

/// A Gemma 4 model and, if there is one, the drafter that was made for it.
///
/// Loading maps the files; weights are read when they are first used. A model never changes and may serve any number of
/// sessions. Those that write at the same time do so in common passes, which read the weights once for all of them.
///
///     let model = try GemmaModel(contentsOf: modelURL, drafter: drafterURL)
///     let chat = try LanguageModelSession(model: model)
///     print(try await chat.respond(to: "Why is the sky blue?").content)
public struct GemmaModel: Sendable {
    /// The context that the target was trained for, in tokens.
    public let trainedContextLength: Int
    /// Time that loading took.
    public let loadTime: Duration
    /// Sampling as the target's file recommends it (`general.sampling.*`).
    public let defaultSampling: SamplingOptions
    /// The file's chat template (Jinja); nil if it has none.
    public let chatTemplate: String?

    /// The name of the kernels in use: the best instruction set that this processor runs, or the one that the
    /// environment asks for with `GEMMA_CPU` (`baseline`, `avx2`, `avxvnni`, `avx512vnni`; on arm64 `neon`, `dotprod`,
    /// `i8mm`).
    public static var kernels: String { Kernels.current.form.rawValue }

    package let target: Target
    package let drafter: Drafter?
    package let tokenizer: BPETokenizer
    let engine: ModelEngine

    /// Loads a model.
    /// - Parameters:
    ///   - target: a GGUF file of architecture `gemma4`.
    ///   - drafter: a GGUF file of architecture `gemma4-assistant`, made for this target; nil for none.
    ///   - threads: on how many threads it computes, 1 to 1024; nil for the physical cores that the process may use,
    ///     or fewer if its processor time is limited.
    ///   - checkTensors: whether all weights are checked for NaN and infinity first, which reads the files whole. Text
    ///     from a model that has some is arbitrary, or ends with `ModelError.notANumber`.
    ///   - cacheBytes: bytes of keys and values that are kept, so that texts that begin like earlier ones need not be
    ///     read again. What was unused for longest is dropped first. Also what all requests of an ``Engine`` may use.
    ///     Nil for a quarter of the machine's memory.
    /// - Throws: `GemmaError.cannotLoad`, which names the file and carries the error of the module that refused it;
    ///   `GemmaError.invalidOption`; `KernelError` if the environment asks for kernels (`GEMMA_CPU`) that do not exist
    ///   or that this processor cannot run.
    public init(
        contentsOf target: URL, drafter: URL? = nil, threads: Int? = nil, checkTensors: Bool = false,
        cacheBytes: Int? = nil
    ) throws {
        try Kernels.validateChoice()
        let start = ContinuousClock.now
        let loaded = try Self.load(target, checkTensors: checkTensors) { try TargetParts($0, vocabulary: $0) }
        let drafter = try drafter.map { url in
            try Self.load(url, checkTensors: checkTensors) { try Self.drafter($0, for: loaded.target) }
        }
        try self.init(loaded, drafter, threads, cacheBytes, since: start)
    }

    /// The model of files that are open already.
    /// - Parameter vocabulary: nil where the target's file has one.
    package init(
        target: GGUFFile, drafter: GGUFFile? = nil, vocabulary: GGUFFile? = nil, threads: Int? = nil,
        cacheBytes: Int? = nil
    ) throws {
        let start = ContinuousClock.now
        let loaded = try TargetParts(target, vocabulary: vocabulary ?? target)
        try self.init(
            loaded, try drafter.map { try Self.drafter($0, for: loaded.target) }, threads, cacheBytes, since: start)
    }

    private init(
        _ parts: TargetParts, _ drafter: Drafter?, _ threads: Int?, _ cacheBytes: Int?,
        since start: ContinuousClock.Instant
    ) throws {
        engine = try ModelEngine(parts.target, drafter, threads: threads, cacheBytes: cacheBytes)
        target = parts.target
        tokenizer = parts.tokenizer
        defaultSampling = parts.sampling
        chatTemplate = parts.chatTemplate
        self.drafter = drafter
        trainedContextLength = parts.target.config.contextLength
        loadTime = .now - start
    }

    /// Whether drafts can be made.
    public var hasDrafter: Bool { drafter != nil }

    /// The number of threads that compute.
    public var threads: Int { engine.threads }

    /// A new text. Sessions are cheap: what they do not share is the cache, whose memory is taken as the text grows.
    /// - Parameters:
    ///   - contextLength: the largest number of tokens in the text; nil for 4096 or the length the model was trained
    ///     for, whichever is less.
    ///   - keyCacheType: how the keys of earlier tokens are stored.
    ///   - valueCacheType: how their values are stored.
    /// - Throws: `ModelError.invalidContextLength`, `ModelError.cacheTooLarge`, `TensorError.outOfMemory`, or
    ///   `TensorError.unsupportedHeadWidth` if a cache type's blocks do not divide the width of the model's heads.
    public func makeSession(
        contextLength: Int? = nil, keyCacheType: CacheType = .f16, valueCacheType: CacheType = .f16
    ) throws -> GemmaSession {
        try GemmaSession(
            self, contextLength: contextLength ?? min(GemmaSession.defaultContextLength, trainedContextLength),
            cacheTypes: CacheTypes(key: keyCacheType, value: valueCacheType))
    }

    /// Compiles a constraint, so that the first text under it begins sooner, or to learn whether it can be obeyed. The
    /// first time takes some tenths of a second.
    /// - Throws: `ConstraintError`.
    public func prepare(_ constraint: TextConstraint) throws(ConstraintError) {
        _ = try engine.constraints.automaton(for: constraint, tokenizer)
    }

    private static func load<T>(_ url: URL, checkTensors: Bool, _ body: (GGUFFile) throws -> T) throws -> T {
        do {
            let file = try GGUFFile(contentsOf: url)
            if checkTensors { try file.checkTensors() }
            return try PairError.recognizing { try body(file) }
        } catch {
            throw GemmaError.cannotLoad(path: url.path, reason: error)
        }
    }

    private static func drafter(_ file: GGUFFile, for target: Target) throws -> Drafter {
        let drafter = try Drafter(file)
        try drafter.checkFit(with: target)
        return drafter
    }
}

/// What the target's file holds.
private struct TargetParts {
    let target: Target
    let tokenizer: BPETokenizer
    let sampling: SamplingOptions
    let chatTemplate: String?

    init(_ file: GGUFFile, vocabulary: GGUFFile) throws {
        target = try Target(file)
        tokenizer = try BPETokenizer(vocabulary)
        guard tokenizer.vocabulary.count == target.config.vocabularySize else {
            throw GemmaError.vocabularyMismatch(
                tokenizer: tokenizer.vocabulary.count, model: target.config.vocabularySize)
        }
        sampling = try SamplingOptions(file.metadata)
        // Without a template, or with one that is not text, the model can still continue texts.
        chatTemplate = try? file.metadata.stringIfPresent("tokenizer.chat_template")
    }
}
