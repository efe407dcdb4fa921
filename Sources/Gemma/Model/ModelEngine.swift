import Assistant
import Gemma4
internal import Platform
import Sampling
import Speculative
import Synchronization
import Tensor
internal import Tokenizer

/// What the sessions of a model share: one thread that everything is computed on, the threads that help it, and the
/// buffers of a pass.
final class ModelEngine: Sendable {
    let threads: Int
    /// Sessions take turns on it, batch by batch and round by round.
    let worker = Worker()
    /// Conversations are made into prompts here.
    let formatter = Worker()
    /// What texts were constrained by of late.
    let constraints = CompiledConstraints()

    private let target: Target
    private let drafter: Drafter?
    private let runner = Mutex<SharedRunner?>(nil)
    /// The format that was used last.
    private let format = Mutex<ChatFormat?>(nil)

    /// A runner is not safe to be used from two threads. Contexts are made of it anywhere, which only reads what never
    /// changes; passes are run on `worker` alone.
    private struct SharedRunner: @unchecked Sendable {
        let target: TargetRunner
        let drafter: DraftRunner?

        init(_ target: Target, _ drafter: Drafter?, threads: Int) throws {
            let runner = try TargetRunner(target, compute: Compute(threadCount: threads))
            self.target = runner
            self.drafter = try drafter.map { try DraftRunner($0, for: runner) }
        }
    }

    /// - Throws: `GemmaError.invalidOption` for a number of threads that is not 1 to 1024.
    init(_ target: Target, _ drafter: Drafter?, threads: Int?) throws(GemmaError) {
        if let threads, !(1...1024).contains(threads) {
            throw .invalidOption(name: "the number of threads", value: "\(threads)", expected: "1 to 1024")
        }
        self.threads = threads ?? ThreadPool.defaultThreadCount
        self.target = target
        self.drafter = drafter
    }

    /// How the model talks with a template. Making it takes about a millisecond, and the template is usually the same.
    func format(_ template: String?, _ tokenizer: BPETokenizer) throws(ChatFormatError) -> ChatFormat {
        if let known = format.withLock(\.self), known.source == template { return known }
        let new = try ChatFormat(template: template, tokenizer: tokenizer)
        format.withLock { $0 = new }
        return new
    }

    /// A decoder for a new text. Buffers and threads are made with the first one.
    func makeDecoder(contextLength: Int, cacheTypes: CacheTypes, sampler: Sampler) throws -> sending SpeculativeDecoder
    {
        let shared = try runner.withLock { runner in
            let shared = try runner ?? SharedRunner(target, drafter, threads: threads)
            runner = shared
            return shared
        }
        let context = try TargetContext(shared.target, contextLength: contextLength, cacheTypes: cacheTypes)
        let drafts = try shared.drafter.map { try DraftContext($0, context: context) }
        return try SpeculativeDecoder(target: context, drafter: drafts, sampler: sampler)
    }
}
