internal import Chat

// Answers that are values.
extension LanguageModelSession {
    // MARK: - Values of a type

    /// Says `prompt` to the model and waits for an answer that is a value of a type.
    ///
    ///     let recipe = try await session.respond(to: "What can I cook with leeks?", generating: Recipe.self).content
    ///
    /// The model writes JSON and cannot write anything but what the type's schema allows. It may think and call tools
    /// before.
    /// - Parameters:
    ///   - prompt: what is said.
    ///   - type: what is asked for.
    ///   - includeSchemaInPrompt: whether the model is shown the schema, behind the prompt. The transcript has the
    ///     prompt without it. A model that does not know what is asked of it writes worse answers; leave the schema out
    ///     if the instructions say so already.
    ///   - options: how the answer is generated. What it is to obey is the schema, whatever the options say.
    /// - Throws: `GemmaError.incompleteAnswer` if the limit of tokens is too small for any answer,
    ///   `GemmaError.undecodableAnswer` if the type refuses what its schema allows, `ConstraintError` for a schema that
    ///   cannot be obeyed, and what ``respond(to:options:)-(String,_)`` throws.
    @discardableResult
    public func respond<Content: Generable>(
        to prompt: String, generating type: Content.Type = Content.self, includeSchemaInPrompt: Bool = true,
        options: GenerationOptions = GenerationOptions()
    ) async throws -> Response<Content> {
        try await streamResponse(
            to: prompt, generating: type, includeSchemaInPrompt: includeSchemaInPrompt, options: options
        ).collect()
    }

    /// The same with a prompt from parts.
    @discardableResult
    public func respond<Content: Generable>(
        to prompt: Prompt, generating type: Content.Type = Content.self, includeSchemaInPrompt: Bool = true,
        options: GenerationOptions = GenerationOptions()
    ) async throws -> Response<Content> {
        try await respond(
            to: prompt.text, generating: type, includeSchemaInPrompt: includeSchemaInPrompt, options: options)
    }

    /// The same with a prompt from parts.
    @discardableResult
    public func respond<Content: Generable>(
        generating type: Content.Type = Content.self, includeSchemaInPrompt: Bool = true,
        options: GenerationOptions = GenerationOptions(), @PromptBuilder prompt: () throws -> Prompt
    ) async throws -> Response<Content> {
        try await respond(
            to: try prompt(), generating: type, includeSchemaInPrompt: includeSchemaInPrompt, options: options)
    }

    /// Says `prompt` to the model, to be answered with a value of a type. Nothing happens until the result is iterated.
    ///
    ///     for try await snapshot in session.streamResponse(to: prompt, generating: Itinerary.self) {
    ///         days = snapshot.content.days ?? []
    ///     }
    ///
    /// - Returns: what is known of the value, after each token or few; the last snapshot is complete. Iterating throws
    ///   what ``respond(to:generating:includeSchemaInPrompt:options:)-(String,_,_,_)`` throws.
    public func streamResponse<Content: Generable>(
        to prompt: String, generating type: Content.Type = Content.self, includeSchemaInPrompt: Bool = true,
        options: GenerationOptions = GenerationOptions()
    ) -> ResponseStream<Content> {
        let format = AnswerFormat(schema: type.generationSchema, isShown: includeSchemaInPrompt)
        return ResponseStream(session: self, message: .user(.text(prompt)), options: options, format: format)
    }

    /// The same with a prompt from parts.
    public func streamResponse<Content: Generable>(
        to prompt: Prompt, generating type: Content.Type = Content.self, includeSchemaInPrompt: Bool = true,
        options: GenerationOptions = GenerationOptions()
    ) -> ResponseStream<Content> {
        streamResponse(
            to: prompt.text, generating: type, includeSchemaInPrompt: includeSchemaInPrompt, options: options)
    }

    /// The same with a prompt from parts.
    public func streamResponse<Content: Generable>(
        generating type: Content.Type = Content.self, includeSchemaInPrompt: Bool = true,
        options: GenerationOptions = GenerationOptions(), @PromptBuilder prompt: () throws -> Prompt
    ) rethrows -> ResponseStream<Content> {
        streamResponse(
            to: try prompt(), generating: type, includeSchemaInPrompt: includeSchemaInPrompt, options: options)
    }

    // MARK: - JSON of a schema

    /// Says `prompt` to the model and waits for an answer that obeys a schema, as
    /// ``respond(to:generating:includeSchemaInPrompt:options:)-(String,_,_,_)`` does for the schema of a type.
    @discardableResult
    public func respond(
        to prompt: String, schema: GenerationSchema, includeSchemaInPrompt: Bool = true,
        options: GenerationOptions = GenerationOptions()
    ) async throws -> Response<GeneratedContent> {
        try await streamResponse(
            to: prompt, schema: schema, includeSchemaInPrompt: includeSchemaInPrompt, options: options
        ).collect()
    }

    /// The same with a prompt from parts.
    @discardableResult
    public func respond(
        to prompt: Prompt, schema: GenerationSchema, includeSchemaInPrompt: Bool = true,
        options: GenerationOptions = GenerationOptions()
    ) async throws -> Response<GeneratedContent> {
        try await respond(
            to: prompt.text, schema: schema, includeSchemaInPrompt: includeSchemaInPrompt, options: options)
    }

    /// The same with a prompt from parts.
    @discardableResult
    public func respond(
        schema: GenerationSchema, includeSchemaInPrompt: Bool = true,
        options: GenerationOptions = GenerationOptions(), @PromptBuilder prompt: () throws -> Prompt
    ) async throws -> Response<GeneratedContent> {
        try await respond(
            to: try prompt(), schema: schema, includeSchemaInPrompt: includeSchemaInPrompt, options: options)
    }

    /// Says `prompt` to the model, to be answered with JSON that obeys a schema. Nothing happens until the result is
    /// iterated.
    public func streamResponse(
        to prompt: String, schema: GenerationSchema, includeSchemaInPrompt: Bool = true,
        options: GenerationOptions = GenerationOptions()
    ) -> ResponseStream<GeneratedContent> {
        let format = AnswerFormat(schema: schema, isShown: includeSchemaInPrompt)
        return ResponseStream(session: self, message: .user(.text(prompt)), options: options, format: format)
    }

    /// The same with a prompt from parts.
    public func streamResponse(
        to prompt: Prompt, schema: GenerationSchema, includeSchemaInPrompt: Bool = true,
        options: GenerationOptions = GenerationOptions()
    ) -> ResponseStream<GeneratedContent> {
        streamResponse(
            to: prompt.text, schema: schema, includeSchemaInPrompt: includeSchemaInPrompt, options: options)
    }

    /// The same with a prompt from parts.
    public func streamResponse(
        schema: GenerationSchema, includeSchemaInPrompt: Bool = true,
        options: GenerationOptions = GenerationOptions(), @PromptBuilder prompt: () throws -> Prompt
    ) rethrows -> ResponseStream<GeneratedContent> {
        streamResponse(
            to: try prompt(), schema: schema, includeSchemaInPrompt: includeSchemaInPrompt, options: options)
    }
}

// MARK: - From text to values

extension LanguageModelSession.Response where Content == String {
    /// The same with the answer as a value.
    /// - Parameters:
    ///   - type: the value's.
    ///   - limit: the number of tokens that the answer was allowed.
    /// - Throws: `GemmaError.incompleteAnswer` or `GemmaError.undecodableAnswer`.
    func decoded<Value: Generable>(as type: Value.Type, limit: Int) throws -> LanguageModelSession.Response<Value> {
        let isCut = finishReason == .maximumTokens || finishReason == .contextFull
        do {
            let raw = try GeneratedContent(json: content)
            return LanguageModelSession.Response(
                content: try Value(raw), rawContent: raw, reasoning: reasoning, transcriptEntries: transcriptEntries,
                malformedCalls: malformedCalls, tokens: tokens, finishReason: finishReason, rounds: rounds)
        } catch {
            throw isCut
                ? GemmaError.incompleteAnswer(text: content, limit: limit)
                : GemmaError.undecodableAnswer(text: content, type: "\(type)", reason: error)
        }
    }
}
