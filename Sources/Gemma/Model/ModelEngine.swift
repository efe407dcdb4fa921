import Assistant
import Gemma4
internal import Platform
import Sampling
import Speculative
import Synchronization
import Tensor
internal import Tokenizer

/// What the sessions and engines of a model share: one thread that everything is computed on, the threads that help it,
/// the buffers of a pass, and the pages of keys and values.
final class ModelEngine: Sendable {
    let threads: Int
    /// Everything is computed on it.
    let worker = Worker(name: "gemma-passes")
    /// Takes the steps of all generations, pass by pass, on the worker's thread.
    let loop: PassLoop
    /// Conversations are made into prompts here.
    let formatter = Worker(name: "gemma-format")
    /// Bytes of keys and values that are kept for texts to come, and that engines may use in all.
    let cacheBytes: Int
    /// What texts were constrained by of late.
    let constraints = CompiledConstraints()

    private let target: Target
    private let drafter: Drafter?
    private let runner = Mutex<SharedRunner?>(nil)
    private let caches = Mutex<[CacheTypes: SharedCache]>([:])
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
            self.drafter = try drafter.map { try DraftRunner($0, for: runner, sequences: PassLoop.mostRounds) }
        }
    }

    /// The pages of all texts with keys and values of the same types, and those kept for texts to come.
    struct SharedCache {
        let pool: CachePool
        let prefixes: PrefixCache
    }

    /// - Parameter cacheBytes: nil for a quarter of the machine's memory.
    /// - Throws: `GemmaError.invalidOption` for a number of threads that is not 1 to 1024, or negative bytes.
    init(_ target: Target, _ drafter: Drafter?, threads: Int?, cacheBytes: Int?) throws(GemmaError) {
        if let threads, !(1...1024).contains(threads) {
            throw .invalidOption(name: "the number of threads", value: "\(threads)", expected: "1 to 1024")
        }
        if let cacheBytes, cacheBytes < 0 {
            throw .invalidOption(name: "the size of the cache", value: "\(cacheBytes)", expected: "0 bytes or more")
        }
        self.threads = threads ?? ThreadPool.defaultThreadCount
        self.cacheBytes = cacheBytes ?? SystemMemory.current.total / 4
        loop = PassLoop(worker.thread)
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

    /// The pages of keys and values of some types.
    /// - Throws: `TensorError.unsupportedHeadWidth`.
    func cache(_ types: CacheTypes) throws -> SharedCache {
        try caches.withLock { caches in
            if let known = caches[types] { return known }
            let pool = try CachePool(target.config, types: types)
            let new = SharedCache(pool: pool, prefixes: PrefixCache(pool, byteLimit: cacheBytes))
            caches[types] = new
            return new
        }
    }

    /// A decoder for a new text. Buffers and threads are made with the first one.
    /// - Parameters:
    ///   - remembers: whether it continues what others have read, and others what it has.
    ///   - salt: whose texts it may continue.
    func makeDecoder(
        contextLength: Int, cacheTypes: CacheTypes, sampler: Sampler, remembers: Bool = true, salt: String = ""
    ) throws -> sending SpeculativeDecoder {
        let cache = try cache(cacheTypes)
        let shared = try runner.withLock { runner in
            let shared = try runner ?? SharedRunner(target, drafter, threads: threads)
            runner = shared
            return shared
        }
        let context = try TargetContext(shared.target, contextLength: contextLength, pool: cache.pool)
        let drafts = try shared.drafter.map { try DraftContext($0, context: context) }
        let prefixes = remembers ? cache.prefixes : PrefixCache(cache.pool, byteLimit: 0)
        return try SpeculativeDecoder(
            target: context, drafter: drafts, sampler: sampler, prefixes: prefixes, salt: salt)
    }
}
