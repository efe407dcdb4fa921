internal import Constraint
import Sampling
import Speculative
import Synchronization
internal import Tokenizer

/// What a request's run needs of the scheduler that it belongs to.
protocol RequestOwner: AnyObject, Sendable {
    var model: GemmaModel { get }

    func makeDecoder(_ sampler: Sampler, _ request: EngineRequest) throws -> sending SpeculativeDecoder
    /// Called when a request was cancelled, by whoever did it.
    func noticeCancellation(of run: RequestRun)
    func ended(_ run: RequestRun)
    /// Called when some of a prompt has been read, which others may wait for.
    func hasRead()
}

/// A request on its way: in the queue, being answered, or back in the queue since it had to give up its memory.
final class RequestRun: StepClient {
    let tokens: [TokenID]
    let request: EngineRequest
    /// Where later prompts are likely to differ from this one.
    let marks: [Int]
    let order: Int
    let output: AnswerBuffer
    let slot = GenerationSlot(nil)
    private let sampler: Sampler
    private let constraint: ConstraintAutomaton?
    private let scheduler: any RequestOwner
    private let isGivenUp = Atomic<Bool>(false)
    private let readCount = Atomic<Int>(0)

    /// - Throws: `SamplingError`, `ConstraintError` or `GemmaError.invalidOption` for bad options.
    init(_ request: EngineRequest, _ tokens: [TokenID], _ scheduler: any RequestOwner) throws {
        let model = scheduler.model
        try request.options.validate()
        sampler = try model.sampler(request.options)
        constraint = try request.options.constraint.map {
            try model.engine.constraints.automaton(for: $0, model.tokenizer)
        }
        self.request = request
        self.tokens = tokens
        self.scheduler = scheduler
        marks = request.continuationPoints.filter { (1..<tokens.count).contains($0) } + [tokens.count - 1]
        order = model.engine.loop.nextOrder()
        let resumption = Resumption()
        output = AnswerBuffer { resumption.run?.goOn() }
        resumption.run = self
    }

    /// Lets the buffer, which the run owns, call the run.
    private final class Resumption: @unchecked Sendable {  // set once, before anybody else sees it
        weak var run: RequestRun?
    }

    private func goOn() { scheduler.model.engine.loop.submit(self) }

    /// Ends it before the next pass.
    func cancel() {
        guard !isGivenUp.exchange(true, ordering: .acquiringAndReleasing) else { return }
        if output.stopPausing() { goOn() }  // the loop finds that it is cancelled
        scheduler.noticeCancellation(of: self)
    }

    // MARK: - Being answered

    /// Positions that have been read.
    var read: Int { readCount.load(ordering: .relaxed) }

    /// Begins to answer it, or goes on where memory had to be given up.
    func start() throws {
        if let generation = slot.take() {
            generation.decoder.recallReading()
            slot.putBack(generation)
        } else {
            let decoder = try scheduler.makeDecoder(sampler, request)
            let kept = try decoder.replaceText(with: tokens, keepingWindowsBefore: marks)
            let generation = Generation(scheduler.model.tokenizer, decoder)
            generation.begin(request.options, sampler, constraint, cachedPromptTokens: kept)
            readCount.store(kept, ordering: .relaxed)
            slot.putBack(generation)
        }
        goOn()
    }

    /// Gives up its keys and values.
    func giveUpMemory() {
        guard let generation = slot.take() else { return }
        generation.decoder.forgetReading()
        readCount.store(0, ordering: .relaxed)
        slot.putBack(generation)
    }

    /// Drops what it needed to be answered.
    /// - Parameter remembers: whether the answer's end is a place to go on from.
    func drop(remembers: Bool) {
        guard let generation = slot.take(), remembers, request.usesCache else { return }
        generation.decoder.remember(at: generation.decoder.target.cache.count)
    }

    // MARK: - StepClient

    var isCancelled: Bool { isGivenUp.load(ordering: .acquiring) }
    var asksAgain: Bool { false }

    func check() {}

    func record(
        _ result: Result<StepResult?, any Error>, _ generation: Generation
    ) -> Result<StepResult?, any Error> {
        readCount.store(generation.decoder.target.cache.count, ordering: .relaxed)
        return result
    }

    func deliver(_ result: Result<StepResult?, any Error>) {
        switch result {
        case .success(let step?):
            if step.prompt != nil { scheduler.hasRead() }
            let goesOn = output.append(EngineUpdate(step))
            if step.statistics.finishReason != nil { return end(.success(())) }
            // A pause ends with a cancellation, too.
            if goesOn || (isCancelled && output.stopPausing()) { goOn() }
        case .success(nil): end(.success(()))
        case .failure(let error): end(.failure(error))
        }
    }

    private func end(_ result: Result<Void, any Error>) {
        drop(remembers: (try? result.get()) != nil)
        scheduler.ended(self)  // before the reader learns of it, who may look at the load
        output.finish(result)
    }
}
