import Assistant
public import Foundation
package import GGUF
import Gemma4
import Sampling
import Tensor
package import Tokenizer

/// A Gemma 4 target and, if there is one, the drafter that was made for it.
///
/// Loading maps the files; weights are read when they are first used. A pair never changes and may serve any number of
/// sessions.
///
///     let pair = try Pair(target: modelURL, assistant: drafterURL)
public struct Pair: Sendable {
    /// The context that the target was trained for, in tokens.
    public let trainedContextLength: Int
    /// Time that loading took.
    public let loadTime: Duration
    /// Sampling as the target's file recommends it (`general.sampling.*`).
    public let defaultSampling: SamplingOptions

    /// The name of the kernels in use: the best instruction set that this processor runs, or the one that the
    /// environment asks for with `GEMMA_CPU` (`baseline`, `avx2`, `avxvnni`, `avx512vnni`; on arm64 `neon`, `dotprod`,
    /// `i8mm`).
    public static var kernels: String { Kernels.current.form.rawValue }

    package let target: Target
    package let drafter: Drafter?
    package let tokenizer: BPETokenizer

    /// Loads a pair.
    /// - Parameters:
    ///   - target: a GGUF file of architecture `gemma4`.
    ///   - assistant: a GGUF file of architecture `gemma4-assistant`, made for this target; nil for none.
    ///   - checkTensors: whether all weights are checked for NaN and infinity first, which reads the files whole. Text
    ///     from a model that has some is arbitrary, or ends with `ModelError.notANumber`.
    /// - Throws: `GemmaError.cannotLoad`, which names the file and carries the error of the module that refused it;
    ///   `KernelError` if the environment asks for kernels (`GEMMA_CPU`) that do not exist or that this processor
    ///   cannot run.
    public init(target: URL, assistant: URL? = nil, checkTensors: Bool = false) throws {
        try Kernels.validateChoice()
        let start = ContinuousClock.now
        let loaded = try Self.load(target, checkTensors: checkTensors, TargetParts.init)
        let drafter = try assistant.map { url in
            try Self.load(url, checkTensors: checkTensors) { try Self.drafter($0, for: loaded.target) }
        }
        self.init(loaded, drafter, since: start)
    }

    /// The pair of two files that are open already.
    package init(target: GGUFFile, assistant: GGUFFile? = nil) throws {
        let start = ContinuousClock.now
        let loaded = try TargetParts(target)
        self.init(loaded, try assistant.map { try Self.drafter($0, for: loaded.target) }, since: start)
    }

    private init(_ parts: TargetParts, _ drafter: Drafter?, since start: ContinuousClock.Instant) {
        target = parts.target
        tokenizer = parts.tokenizer
        defaultSampling = parts.sampling
        self.drafter = drafter
        trainedContextLength = parts.target.config.contextLength
        loadTime = .now - start
    }

    public var hasDrafter: Bool { drafter != nil }

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

    init(_ file: GGUFFile) throws {
        target = try Target(file)
        tokenizer = try BPETokenizer(file)
        guard tokenizer.vocabulary.count == target.config.vocabularySize else {
            throw GemmaError.vocabularyMismatch(
                tokenizer: tokenizer.vocabulary.count, model: target.config.vocabularySize)
        }
        sampling = try SamplingOptions(file.metadata)
    }
}
