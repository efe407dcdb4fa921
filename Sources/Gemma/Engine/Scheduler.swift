import Gemma4
import Sampling
import Speculative
import Synchronization
internal import Tokenizer

/// Decides which requests of an engine are answered, and which wait.
final class Scheduler: MemoryKeeper, RequestOwner {
    let model: GemmaModel
    let contextLength: Int
    private let types: CacheTypes
    private let cache: ModelEngine.SharedCache
    private let maximumSequences: Int
    private let maximumQueueLength: Int
    private let state = Mutex(State())

    /// Tokens that need not be read for which a request had better wait for others.
    private static let worthWaiting = 64

    private struct State {
        var waiting = WaitingRequests()
        var running: [RequestRun] = []  // the oldest first
        var preemptions = 0
    }

    init(_ model: GemmaModel, _ configuration: EngineConfiguration) throws {
        self.model = model
        contextLength =
            configuration.contextLength ?? min(GemmaSession.defaultContextLength, model.trainedContextLength)
        types = CacheTypes(key: configuration.keyCacheType, value: configuration.valueCacheType)
        cache = try model.engine.cache(types)
        maximumSequences = configuration.maximumSequences
        maximumQueueLength = configuration.maximumQueueLength
        guard (1...Int(Int32.max)).contains(contextLength) else {
            throw ModelError.invalidContextLength(contextLength)
        }
        let most = KeyValueCache.byteCount(
            cache.pool, positions: contextLength, batchLength: TargetRunner.defaultBatchLength)
        guard most <= model.engine.cacheBytes else {
            throw EngineError.cacheTooSmall(bytes: model.engine.cacheBytes, needed: most, contextLength: contextLength)
        }
    }

    func makeDecoder(_ sampler: Sampler, _ request: EngineRequest) throws -> sending SpeculativeDecoder {
        try model.engine.makeDecoder(
            contextLength: contextLength, cacheTypes: types, sampler: sampler, remembers: request.usesCache,
            salt: request.cacheSalt)
    }

    var load: EngineLoad {
        let (waiting, running, preemptions) = state.withLock { ($0.waiting.count, $0.running.count, $0.preemptions) }
        return EngineLoad(
            waiting: waiting, running: running, cacheBytes: cache.pool.heldBytes,
            keptBytes: cache.prefixes.heldBytes, preemptions: preemptions)
    }

    // MARK: - Requests

    func submit(_ request: EngineRequest) throws -> RequestRun {
        let tokens: [TokenID]
        switch request.prompt {
        case .tokens(let given): tokens = given
        case .raw(let prompt): tokens = try model.tokens(ofText: prompt)
        }
        if tokens.isEmpty { throw EngineError.emptyPrompt }
        if let bad = tokens.first(where: { !model.tokenizer.vocabulary.contains($0) }) {
            throw ModelError.tokenOutOfRange(token: bad, vocabulary: model.tokenizer.vocabulary.count)
        }
        guard tokens.count < contextLength else {
            throw ModelError.contextFull(needed: tokens.count + 1, contextLength: contextLength)
        }
        let run = try RequestRun(request, tokens, self)
        try state.withLock { state in
            // Those that will begin at once do not count.
            let free = max(0, maximumSequences - state.running.count)
            guard state.waiting.count < maximumQueueLength + free else {
                throw EngineError.queueFull(waiting: state.waiting.count)
            }
            state.waiting.append(run)
        }
        admitSoon()
        return run
    }

    /// Called when a request was cancelled, by whoever did it. One that is being answered ends by itself.
    func noticeCancellation(of run: RequestRun) {
        if state.withLock({ $0.waiting.remove(run) }) { run.output.finish(.failure(CancellationError())) }
    }

    func cancelAll() {
        for run in state.withLock({ $0.waiting.runs + $0.running }) { run.cancel() }
    }

    func ended(_ run: RequestRun) {
        state.withLock { $0.running.removeAll { $0 === run } }
        admitSoon()
    }

    func hasRead() { if state.withLock({ $0.waiting.count > 0 }) { admitSoon() } }

    // MARK: - Admission

    /// Memory is given and taken on the thread that computes.
    private func admitSoon() { model.engine.worker.thread.perform { [self] in admit() } }

    private func admit() {
        while let run = nextRun() {
            if run.isCancelled {  // while it was taken from the queue
                run.deliver(.failure(CancellationError()))
                continue
            }
            do { try run.start() } catch { run.deliver(.failure(error)) }
        }
    }

    private func nextRun() -> RequestRun? {
        state.withLock { state in
            guard state.running.count < maximumSequences else { return nil }
            let running = state.running
            let next = state.waiting.next { run in
                !running.isEmpty && (willFindMore(run, running) || !hasRoom(for: bytes(run)))
            }
            if let next { state.running.append(next) }
            state.running.sort { $0.order < $1.order }
            return next
        }
    }

    /// Whether a part of its prompt is just being read for another request, after which it need not be read again.
    private func willFindMore(_ run: RequestRun, _ running: [RequestRun]) -> Bool {
        guard run.request.usesCache else { return false }
        var known: Int?
        for other in running where other.request.usesCache && other.request.cacheSalt == run.request.cacheSalt {
            guard other.read < other.tokens.count - 1 else { continue }
            let common = zip(run.tokens, other.tokens).prefix { $0 == $1 }.count
            guard let mark = other.marks.filter({ $0 <= min(common, run.tokens.count - 1) }).max(), mark > other.read
            else { continue }
            let found =
                known ?? cache.prefixes.find(
                    run.tokens, limit: run.tokens.count - 1, salt: run.request.cacheSalt)?.count ?? 0
            known = found
            if mark >= found + Self.worthWaiting { return true }
        }
        return false
    }

    /// What a prompt needs, and some tokens after it.
    private func bytes(_ run: RequestRun) -> Int {
        KeyValueCache.byteCount(
            cache.pool, positions: min(contextLength, run.tokens.count + 64),
            batchLength: TargetRunner.defaultBatchLength)
    }

    // MARK: - MemoryKeeper

    var pool: CachePool { cache.pool }

    func hasRoom(for bytes: Int) -> Bool {
        let limit = model.engine.cacheBytes - bytes
        return pool.heldBytes <= limit || cache.prefixes.shrink(untilPoolHolds: max(0, limit))
    }

    /// The youngest; never the only one.
    var victim: (any StepClient)? { state.withLock { $0.running.count > 1 ? $0.running.last : nil } }

    func preempt(_ victim: any StepClient) {
        guard let run = victim as? RequestRun else { return }
        run.giveUpMemory()
        state.withLock { state in
            state.running.removeAll { $0 === run }
            state.waiting.append(run, hasBegun: true)
            state.preemptions += 1
        }
    }
}
