internal import Chat
internal import Constraint
internal import JSON

/// One response: rounds of generation, with calls of tools in between.
struct ChatTurn: Sendable {
    let session: LanguageModelSession
    /// What is said before the response; nil for nothing.
    let message: Message?
    let options: GenerationOptions
    /// What the answer is to be in JSON; nil for text.
    let format: AnswerFormat?

    typealias Event = LanguageModelSession.ResponseEvent

    /// - Parameter tell: called in order, from one task at a time.
    func run(
        _ turn: LanguageModelSession.Turn, _ tell: @Sendable @escaping (Event) -> Void
    ) async throws {
        try Task.checkCancellation()
        try options.validate()
        let before = turn.transcript
        var transcript = before + (message.map { [$0] } ?? [])
        let start = transcript.count
        turn.record(transcript)
        var rounds: [GenerationStatistics] = []
        var tokens: [TokenID] = []
        var malformedCalls: [MalformedCall] = []
        while true {
            var round = Round(session: session, options: options(ofRound: rounds.count, tokensBefore: tokens.count))
            do {
                try await round.run(transcript, shown: shown(transcript, start), tell)
            } catch {
                // What was written stays. If nothing was, it is as if nothing had been said.
                if let message = round.begun { transcript.append(message) }
                turn.record(transcript.count > start ? transcript : before)
                throw error
            }
            rounds.append(round.statistics)
            tokens += round.tokens
            let reply = round.reply
            malformedCalls += reply.malformedCalls
            guard reply.toolCalls.isEmpty || rounds.count <= session.configuration.maximumToolRounds else {
                if let message = round.begun { transcript.append(message) }
                turn.record(transcript)
                throw GemmaError.tooManyToolRounds(limit: session.configuration.maximumToolRounds)
            }
            transcript.append(Message(reply))
            guard !reply.toolCalls.isEmpty else {
                turn.record(transcript)
                let response = LanguageModelSession.Response<String>(
                    content: reply.content, rawContent: reply.content.generatedContent, reasoning: reply.reasoning,
                    transcriptEntries: transcript.messages[start...],
                    malformedCalls: malformedCalls, tokens: tokens, finishReason: round.statistics.finishReason,
                    rounds: rounds)
                return tell(.finished(response))
            }
            let results = await session.outputs(of: reply.toolCalls, tell)
            transcript += zip(reply.toolCalls, results).map { call, result in
                Message(role: .tool, content: .text(result), toolCallID: call.id, name: call.name)
            }
            turn.record(transcript)
            try Task.checkCancellation()
        }
    }

    /// The conversation as the model is to see it, with the answer's schema behind the message that asks for it.
    private func shown(_ transcript: Transcript, _ start: Int) -> Transcript {
        guard let format, message != nil else { return transcript }
        var messages = transcript.messages
        messages[start - 1] = format.shown(messages[start - 1])
        return Transcript(messages)
    }

    /// - Parameter tokensBefore: how many tokens the response has already.
    private func options(ofRound number: Int, tokensBefore: Int) -> GenerationOptions {
        var options = options.constrained(to: format)
        options.maximumResponseTokens = options.maximumResponseTokens.map { max(0, $0 - tokensBefore) }
        // Whoever has the results of calls that were asked for may answer.
        if number > 0, options.toolChoice != .none { options.toolChoice = .auto }
        return options
    }

    /// A round of generation: the model reads the conversation and writes one message.
    private struct Round {
        let session: LanguageModelSession
        let options: GenerationOptions
        private(set) var statistics = GenerationStatistics()
        private(set) var tokens: [TokenID] = []
        private var reader: ReplyReader?

        init(session: LanguageModelSession, options: GenerationOptions) {
            self.session = session
            self.options = options
        }

        var reply: Reply { reader?.reply ?? Reply() }

        /// The message without its calls, for a round that ended early; nil if there is nothing else of it.
        var begun: Message? {
            var message = Message(reply)
            message.toolCalls = []  // they have no results, and never will have
            if message.content == nil { message.content = .text(reply.content) }
            return reply.content.isEmpty && reply.reasoning.isEmpty ? nil : message
        }

        /// - Parameters:
        ///   - transcript: the conversation that is going to be continued.
        ///   - shown: the same, with what only this response is to see.
        mutating func run(
            _ transcript: Transcript, shown: Transcript, _ tell: @Sendable (Event) -> Void
        ) async throws {
            let tools = session.descriptions(for: options.toolChoice)
            let prompt = try await session.prompt(shown, tools, thinking: options.thinking)
            var keptStart = prompt.replyStart
            if shown != transcript {
                // The next response does not see the schema, and goes back to where it begins.
                let next = try await session.prompt(transcript, tools, thinking: options.thinking)
                keptStart = zip(prompt.tokens, next.tokens).prefix { $0 == $1 }.count
            }
            let constraint = try session.replyConstraint(options, prompt)
            let automaton = try await session.automaton(for: constraint)
            var reader = ReplyReader(
                session.format, tools: tools, opensThought: prompt.opensThought,
                calls: tools.isEmpty ? .keepAsContent : .parse, trimsContent: constraint.answer == nil,
                stop: options.stop)
            defer { self.reader = reader }
            var options = options
            options.constraint = nil  // it is about a part of the reply, which `constraint` is about
            // They end the content, and nothing else that the model writes: tokens excepted, which have no place in it.
            options.stop.removeAll { session.model.tokenizer.controlTokens([$0]).isEmpty }
            let steps = try await session.text.steps(
                .replace(
                    prompt.tokens, keepingWindowsBefore: prompt.turnStarts + (keptStart.map { [$0] } ?? [])),
                options, automaton)
            do {
                // The next step is computed while this one is taken apart.
                for try await step in steps {
                    statistics = step.statistics
                    tokens += step.tokens
                    if let (done, total) = step.prompt { tell(.prompt(done: done, total: total)) }
                    for token in step.tokens { Self.tell(reader.append(token), reader, tell) }
                    if reader.isEnded { break }
                }
                try Task.checkCancellation()  // such a stream just ends
            } catch {
                _ = reader.finish(truncated: true)
                throw error
            }
            let isCut = statistics.finishReason == .maximumTokens || statistics.finishReason == .contextFull
            Self.tell(reader.finish(truncated: isCut && !reader.isEnded), reader, tell)
            if reader.hasStopped { statistics.finishReason = .stopString }
        }

        private static func tell(_ events: [ReplyEvent], _ reader: ReplyReader, _ tell: (Event) -> Void) {
            for event in events {
                switch event {
                case .reasoning(let delta): tell(.reasoning(delta))
                case .content(let delta): tell(.content(delta))
                case .callEnded(let index): tell(.toolCall(reader.reply.toolCalls[index]))
                case .callFailed(let call, voided: _): tell(.malformedCall(call))
                case .callBegan, .arguments: break  // until it is complete, a call may turn out to be none
                }
            }
        }
    }
}

extension LanguageModelSession {
    /// The conversation as the model reads it. A template is a stranger's program: it does not run on the caller's
    /// thread.
    func prompt(
        _ transcript: Transcript, _ tools: [ToolDescription], thinking: Bool?, addsGenerationPrompt: Bool = true
    ) async throws -> FormattedPrompt {
        var variables = configuration.templateVariables
        if let thinking { variables["enable_thinking"] = .bool(thinking) }
        let prompt = ChatPrompt(
            messages: transcript.messages, tools: tools, addsGenerationPrompt: addsGenerationPrompt,
            variables: variables)
        do {
            return try await model.engine.formatter.run { try format.prompt(for: prompt) }
        } catch ChatFormatError.template(let error) where error.reason == .cancelled {
            throw CancellationError()
        }
    }

    /// Reads a conversation that is going to be continued.
    func read(_ transcript: Transcript, thinking: Bool?) async throws {
        let prompt = try await prompt(
            transcript, tools.map(\.toolDescription), thinking: thinking, addsGenerationPrompt: false)
        // One token is generated, because without any the prompt would not be read. The next prompt replaces it.
        let steps = try await text.steps(
            .replace(prompt.tokens, keepingWindowsBefore: [prompt.tokens.count]), .init(maximumResponseTokens: 1))
        for try await _ in steps {}
        // Compiled now, what calls have to be need not be when the response begins.
        _ = try await automaton(for: replyConstraint(.init(thinking: thinking), prompt))
    }

    /// What calls come to, in their order. They are asked for one after the other and run at once.
    func outputs(of calls: [ToolCall], _ tell: @Sendable @escaping (ResponseEvent) -> Void) async -> [String] {
        var isAllowed: [Bool] = []
        for call in calls {
            let isKnown = tools.contains { $0.name == call.name }
            isAllowed.append(isKnown ? await configuration.allowsCall?(call) ?? true : true)
        }
        return await withTaskGroup(of: (Int, String).self) { group in
            for (index, call) in calls.enumerated() {
                let isAllowed = isAllowed[index]
                group.addTask { (index, isAllowed ? await self.result(of: call) : "error: the user refused this call") }
            }
            var results = [String](repeating: "", count: calls.count)
            for await (index, result) in group {
                results[index] = result
                tell(.toolOutput(calls[index], result))
            }
            return results
        }
    }

    private func result(of call: ToolCall) async -> String {
        guard let tool = tools.first(where: { $0.name == call.name }) else {
            return "error: there is no tool named \(call.name)"
        }
        do {
            try Task.checkCancellation()
            return try await tool.result(of: call)
        } catch is CancellationError where Task.isCancelled {
            return "error: the call was cancelled"
        } catch let error as DecodingError {
            return "error: \(error.reason)"
        } catch {
            return "error: \(error)"
        }
    }
}

extension GemmaSession {
    /// Begins a generation and computes it as fast as it can, whatever the speed at which steps are taken from the
    /// stream. It ends when nobody waits for more.
    ///
    /// - Parameter constraint: what follows the edit obeys; nil for what the options say.
    func steps(
        _ edit: Edit, _ options: GenerationOptions, _ constraint: ConstraintAutomaton? = nil
    ) async throws -> AsyncThrowingStream<StepResult, any Error> {
        let number = try await worker.run { try begin(edit, options, constraint) }
        let (stream, continuation) = AsyncThrowingStream<StepResult, any Error>.makeStream()
        let task = Task {
            do {
                while let step = try await step(number) {
                    continuation.yield(step)
                    try Task.checkCancellation()
                }
                continuation.finish()
            } catch {
                continuation.finish(throwing: error)
            }
        }
        continuation.onTermination = { reason in if case .cancelled = reason { task.cancel() } }
        return stream
    }
}
