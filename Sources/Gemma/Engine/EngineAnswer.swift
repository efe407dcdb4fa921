/// What becomes of a request, as it is written.
///
/// It can be iterated once. Iterating throws `ModelError.notANumber`, `TensorError.outOfMemory`,
/// `ConstraintError.nothingFits`, or `CancellationError` after the iterating task or the request was cancelled.
public final class EngineAnswer: AsyncSequence, Sendable {
    public typealias Element = EngineUpdate

    private let run: RequestRun
    /// As long as somebody waits for an answer, the engine lives.
    private let engine: any Sendable

    init(_ run: RequestRun, _ engine: any Sendable) {
        self.run = run
        self.engine = engine
    }

    deinit { run.cancel() }

    /// Ends the request before the next pass. Others are not disturbed.
    public func cancel() { run.cancel() }

    public func makeAsyncIterator() -> AsyncIterator { AsyncIterator(answer: self) }

    /// The whole answer, when it is complete.
    /// - Throws: what iterating throws.
    public func collect() async throws -> GemmaSession.Response {
        var response = GemmaSession.Response()
        for try await update in self {
            response.text += update.text
            response.tokens += update.tokens
            response.statistics = update.statistics
        }
        return response
    }

    fileprivate func next() async throws -> EngineUpdate? {
        try await withTaskCancellationHandler {
            try await run.output.next()
        } onCancel: {
            run.cancel()
        }
    }

    /// Takes updates as they come.
    public struct AsyncIterator: AsyncIteratorProtocol, Sendable {
        fileprivate let answer: EngineAnswer

        public func next() async throws -> EngineUpdate? { try await answer.next() }
    }
}
