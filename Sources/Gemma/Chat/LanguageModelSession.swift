public import Chat
internal import Constraint
public import JSON
public import Observation
import Synchronization
public import Tensor

/// A conversation with a model: messages, thoughts, and tools that the model may call.
///
///     let session = try LanguageModelSession(model: model, instructions: "Answer in one sentence.")
///     print(try await session.respond(to: "Why is the sky blue?").content)
///     for try await snapshot in session.streamResponse(to: "And at sunset?") { show(snapshot.content) }
///
/// The conversation is shown to the model by the chat template of its file. Text in messages, tools and results never
/// becomes a special token. What was read of the conversation is not read again, as far as the template shows it to the
/// model in the same way.
///
/// One response at a time: see ``isResponding``. Everything may be looked at from any task, at any time. Views may
/// observe ``transcript`` and ``isResponding``.
public final class LanguageModelSession: Observable, Sendable {
    /// The model that answers.
    public let model: GemmaModel
    /// What the model may call.
    public let tools: [any Tool]
    /// How the conversation is held.
    public let configuration: Configuration

    /// How a conversation is held.
    public struct Configuration: Sendable {
        /// The largest number of tokens that the conversation may have; nil for 4096 or the length the model was
        /// trained for, whichever is less.
        public var contextLength: Int?
        /// How the keys of earlier tokens are stored.
        public var keyCacheType: CacheType
        /// How their values are stored.
        public var valueCacheType: CacheType
        /// A chat template (Jinja) to use in place of the file's.
        public var chatTemplate: String?
        /// What else the template asks for. These win over the variables that are made of the conversation.
        public var templateVariables: JSONObject
        /// How many times in one response the model may see the results of calls; if it calls again, nothing is called
        /// and the response ends with `GemmaError.tooManyToolRounds`. 0 or more.
        public var maximumToolRounds: Int
        /// Whether arguments of calls always obey the tools' schemas, if the model's vocabulary has tokens for calls. A
        /// session with a schema that cannot be obeyed then cannot be made. Otherwise the model writes arguments as it
        /// likes.
        public var constrainsCalls: Bool
        /// Asked before a tool is called; the model is told of a call that is refused. Nil: all are allowed.
        public var allowsCall: (@Sendable (ToolCall) async -> Bool)?

        /// See the properties of the same names.
        public init(
            contextLength: Int? = nil, keyCacheType: CacheType = .f16, valueCacheType: CacheType = .f16,
            chatTemplate: String? = nil, templateVariables: JSONObject = [:], maximumToolRounds: Int = 16,
            constrainsCalls: Bool = true, allowsCall: (@Sendable (ToolCall) async -> Bool)? = nil
        ) {
            self.contextLength = contextLength
            self.keyCacheType = keyCacheType
            self.valueCacheType = valueCacheType
            self.chatTemplate = chatTemplate
            self.templateVariables = templateVariables
            self.maximumToolRounds = maximumToolRounds
            self.constrainsCalls = constrainsCalls
            self.allowsCall = allowsCall
        }
    }

    let format: ChatFormat
    /// What calls have to be.
    let signatures: [ToolSignature]
    let text: GemmaSession
    private let state: Mutex<State>
    private let observation = ObservationRegistrar()

    private struct State {
        var transcript: Transcript
        /// What computes for this session.
        var work: Work?
        var lastNumber = 0
        /// The work that writes the transcript; nil after somebody else has written it.
        var writer: Int?

        var isResponding: Bool { work.map { !$0.isYielding } ?? false }
    }

    private struct Work {
        let task: Task<Void, Never>
        let number: Int
        /// Whether a response waits for it to end: it only prepares one, was given up, or is complete.
        var isYielding: Bool
    }

    /// A conversation that has not begun.
    /// - Parameters:
    ///   - model: the model that answers.
    ///   - tools: what it may call.
    ///   - instructions: the system message.
    ///   - configuration: how the conversation is held.
    /// - Throws: ``ChatFormatError`` if the model has no chat template or it cannot be read; what
    ///   ``GemmaModel/makeSession(contextLength:keyCacheType:valueCacheType:)`` throws; `GemmaError.invalidOption`.
    public convenience init(
        model: GemmaModel, tools: [any Tool] = [], instructions: String? = nil, configuration: Configuration = .init()
    ) throws {
        try self.init(
            model: model, tools: tools, transcript: Transcript(instructions.map { [.system(.text($0))] } ?? []),
            configuration: configuration)
    }

    /// The same with instructions that were made before.
    public convenience init(
        model: GemmaModel, tools: [any Tool] = [], instructions: Instructions, configuration: Configuration = .init()
    ) throws {
        try self.init(model: model, tools: tools, instructions: instructions.text, configuration: configuration)
    }

    /// The same with instructions from parts.
    public convenience init(
        model: GemmaModel, tools: [any Tool] = [], configuration: Configuration = .init(),
        @InstructionsBuilder instructions: () throws -> Instructions
    ) throws {
        try self.init(model: model, tools: tools, instructions: instructions(), configuration: configuration)
    }

    /// Goes on with a conversation.
    /// - Throws: ``ChatFormatError`` if the model has no chat template or it cannot be read; what
    ///   ``GemmaModel/makeSession(contextLength:keyCacheType:valueCacheType:)`` throws; `GemmaError.invalidOption`;
    ///   ``ConstraintError`` for a tool whose schema cannot be obeyed.
    public init(
        model: GemmaModel, tools: [any Tool] = [], transcript: Transcript, configuration: Configuration = .init()
    ) throws {
        guard configuration.maximumToolRounds >= 0 else {
            throw GemmaError.invalidOption(
                name: "the number of tool rounds", value: "\(configuration.maximumToolRounds)", expected: "0 or more")
        }
        format = try model.engine.format(configuration.chatTemplate ?? model.chatTemplate, model.tokenizer)
        signatures = tools.map { tool in
            ToolSignature(
                name: tool.name, parameters: configuration.constrainsCalls ? tool.parameters.json : ["type": "object"])
        }
        if configuration.constrainsCalls, format.markers.hasCalls, !tools.isEmpty {
            _ = try Grammar(toolCalls: signatures, markers: format.markers.divisions)
        }
        text = try model.makeSession(
            contextLength: configuration.contextLength, keyCacheType: configuration.keyCacheType,
            valueCacheType: configuration.valueCacheType)
        self.model = model
        self.tools = tools
        self.configuration = configuration
        state = Mutex(State(transcript: transcript))
    }

    // MARK: - Looking at it

    /// The messages so far. While a response is written it has the user's message, and what previous rounds of calls
    /// came to.
    public var transcript: Transcript {
        observation.access(self, keyPath: \.transcript)
        return state.withLock { $0.transcript }
    }

    /// Whether a response is being written. Another one can only begin after it has ended or was given up.
    public var isResponding: Bool {
        observation.access(self, keyPath: \.isResponding)
        return state.withLock { $0.isResponding }
    }

    /// Figures of the last round of generation, up to date even while it is running. Never waits for a computation.
    public var statistics: GenerationStatistics { text.statistics }

    /// The tokens that were read or written so far. Never waits for a computation.
    public var tokens: [TokenID] { text.tokens }

    /// The largest number of tokens that the conversation may have.
    public var contextLength: Int { text.contextLength }

    // MARK: - Changing it

    /// Makes `transcript` the conversation, to take back or change what was said. What both begin with is not read
    /// again.
    /// - Throws: `GemmaError.busy` while a response is being written.
    public func setTranscript(_ transcript: Transcript) throws(GemmaError) {
        let isBusy = observation.withMutation(of: self, keyPath: \.transcript) {
            state.withLock { state in
                if state.isResponding { return true }
                state.transcript = transcript
                state.writer = nil  // a response that was given up may not have ended yet
                return false
            }
        }
        if isBusy { throw .busy }
    }

    private func record(_ transcript: Transcript, by writer: Int) {
        observation.withMutation(of: self, keyPath: \.transcript) {
            state.withLock { if $0.writer == writer { $0.transcript = transcript } }
        }
    }

    /// Changes what computes. Observers are told outside of the lock, so that they may look.
    private func mutateWork<Result>(_ body: (inout State) -> Result) -> Result {
        observation.withMutation(of: self, keyPath: \.isResponding) { state.withLock { body(&$0) } }
    }

    /// Reads the conversation so far, so that the next response begins sooner. Errors are left for that response.
    /// - Parameters:
    ///   - promptPrefix: the beginning of what the user is going to say.
    ///   - thinking: as in the options of that response: templates say so at the very beginning.
    public func prewarm(promptPrefix: Prompt? = nil, thinking: Bool? = nil) {
        let prefix: [Message] = promptPrefix.map { [.user(.text($0.text))] } ?? []
        _ = try? work(isYielding: true) { [weak self] turn in
            guard let self else { return }
            try? await read(turn.transcript + prefix, thinking: thinking)
        }
    }

    /// Waits for a response that was given up to end, after which ``transcript`` has what was written of it. Returns at
    /// once if there is none.
    public func waitForEnd() async {
        let task = state.withLock { $0.isResponding ? nil : $0.work?.task }
        await task?.value
    }

    // MARK: - Taking turns

    /// Runs `body` in a task, after what only prepared a response, was given up, or is complete.
    /// - Parameter isYielding: whether a response may begin meanwhile, and then waits.
    /// - Returns: gives it up: cancels it, and lets a response begin.
    /// - Throws: `GemmaError.busy` while a response is being written.
    @discardableResult
    func work(
        isYielding: Bool = false, _ body: @escaping @Sendable (Turn) async -> Void
    ) throws(GemmaError) -> @Sendable () -> Void {
        let number = mutateWork { state -> Int? in
            if state.isResponding { return nil }
            state.lastNumber += 1
            let (number, previous) = (state.lastNumber, state.work?.task)
            let task = Task { [weak self] in
                await previous?.value
                if let turn = self?.begin(number) { await body(turn) }
                self?.mutateWork { if $0.work?.number == number { $0.work = nil } }
            }
            state.work = Work(task: task, number: number, isYielding: isYielding)
            return number
        }
        guard let number else { throw .busy }
        return { [weak self] in self?.yield(number, cancelling: true) }
    }

    /// The right of a task to write the transcript.
    struct Turn: Sendable {
        /// The transcript when the turn came.
        let transcript: Transcript
        /// Makes it another, unless somebody else has since.
        let record: @Sendable (Transcript) -> Void
        /// Says that a response may begin from now on.
        let yield: @Sendable () -> Void
    }

    private func begin(_ number: Int) -> Turn {
        let transcript = state.withLock { state in
            state.writer = number
            return state.transcript
        }
        return Turn(
            transcript: transcript, record: { [weak self] in self?.record($0, by: number) },
            yield: { [weak self] in self?.yield(number) })
    }

    private func yield(_ number: Int, cancelling: Bool = false) {
        mutateWork { state in
            guard state.work?.number == number else { return }
            state.work?.isYielding = true
            if cancelling { state.work?.task.cancel() }
        }
    }
}
