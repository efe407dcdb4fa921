import Gemma4
internal import Tokenizer

/// Answers many requests at the same time. In each pass the model's weights are read once for all of them.
///
/// A request's text does not depend on the others, nor on whether its prompt had been read before: it is the same as
/// that of a session of its own, if the model's weights are quantized. Requests wait in a queue until there is room.
/// Those that are writing go on while the prompts of others are read, a part in each pass. If memory becomes scarce,
/// the youngest request gives up its keys and values, and reads its text again later.
///
/// Sessions of the same model share the engine's passes, but neither its queue nor its limits.
///
///     let engine = try Engine(model: model)
///     let stories = try ["Once", "Long ago"].map { try engine.submit(.init(text: $0)) }
///     for try await update in stories[0] { print(update.text, terminator: "") }
///     print(try await stories[1].collect().text)
public final class Engine: Sendable {
    /// How an engine serves.
    public typealias Configuration = EngineConfiguration
    /// A text to be continued.
    public typealias Request = EngineRequest
    /// What becomes of a request.
    public typealias Answer = EngineAnswer
    /// What one pass has done for a request.
    public typealias Update = EngineUpdate
    /// What an engine is doing.
    public typealias Load = EngineLoad

    /// The model.
    public let model: GemmaModel
    /// How it serves.
    public let configuration: Configuration
    private let scheduler: Scheduler

    /// - Throws: `GemmaError.invalidOption`, `ModelError.invalidContextLength`, `EngineError.cacheTooSmall`, or
    ///   `TensorError.unsupportedHeadWidth`.
    public init(model: GemmaModel, configuration: Configuration = .init()) throws {
        try configuration.validate()
        self.model = model
        self.configuration = configuration
        scheduler = try Scheduler(model, configuration)
        model.engine.loop.longestPass = configuration.longestPass
        model.engine.loop.add(scheduler)
    }

    deinit {
        model.engine.loop.remove(scheduler)
        scheduler.cancelAll()
    }

    /// The largest number of tokens in a text.
    public var contextLength: Int { scheduler.contextLength }

    /// Takes a request. It begins to be answered at once, or when its turn comes, whether or not anybody iterates the
    /// result; when much of it has not been taken, it pauses.
    /// - Returns: what becomes of it. The request is cancelled when nobody holds that any more.
    /// - Throws: `EngineError.queueFull`, `EngineError.emptyPrompt`, `ModelError.contextFull` if the prompt does not
    ///   fit, `TokenizerError` for a control part that is not a special token, `SamplingError`, `ConstraintError` or
    ///   `GemmaError.invalidOption` for bad options.
    public func submit(_ request: Request) throws -> Answer {
        Answer(try scheduler.submit(request), self)
    }

    /// What it is doing. Asking never waits for a computation.
    public var load: EngineLoad { scheduler.load }
}
