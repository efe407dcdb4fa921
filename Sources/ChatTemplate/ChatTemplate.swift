import JSON

/// A chat template of a model: Jinja, as Hugging Face's transformers configures it.
///
/// Compiled once, rendered as often as wanted, from any number of threads.
public struct ChatTemplate: Sendable {
    /// The template as it was given.
    public let source: String
    /// What rendering may use up.
    public let limits: TemplateLimits
    private let program: Program

    /// - Throws: `TemplateError` where `source` is not a template. A filter or test that does not exist is an error
    ///   only when it is reached.
    public init(_ source: String, limits: TemplateLimits = .standard) throws(TemplateError) {
        self.source = source
        self.limits = limits
        program = try Program(source, limits: limits)
    }

    /// The text that a model is to continue.
    ///
    /// - Parameters:
    ///   - context: the messages and what else the template asks for.
    ///   - clock: the local time, for templates that print the date.
    ///   - isCancelled: asked every 4096 steps; rendering ends in `TemplateError.Reason.cancelled` if it says so. Nil
    ///     asks the current task.
    public func render(
        _ context: TemplateContext, clock: () -> LocalTime = LocalTime.now, isCancelled: (() -> Bool)? = nil
    ) throws(TemplateError) -> RenderedText {
        if let isCancelled { return try render(context, clock, isCancelled) }
        // Not `Task.isCancelled`, which says false on the thread that deep recursion goes on with.
        let result = withUnsafeCurrentTask { task -> Result<RenderedText, TemplateError> in
            do throws(TemplateError) {
                return .success(try render(context, clock) { task?.isCancelled ?? false })
            } catch {
                return .failure(error)
            }
        }
        return try result.get()
    }

    private func render(
        _ context: TemplateContext, _ clock: () -> LocalTime, _ isCancelled: () -> Bool
    ) throws(TemplateError) -> RenderedText {
        try withoutActuallyEscaping(clock) { (clock) throws(TemplateError) -> RenderedText in
            try withoutActuallyEscaping(isCancelled) { (isCancelled) throws(TemplateError) -> RenderedText in
                let renderer = Renderer(program, limits: limits, clock: clock, isCancelled: isCancelled)
                return try renderer.render(context)
            }
        }
    }
}

/// What a template is rendered with.
public struct TemplateContext: Sendable {
    /// `messages`, `tools`, `add_generation_prompt`, … The bytes of their texts are marked as the context's.
    public var variables: JSONObject
    /// `bos_token` and the like. Their texts count as the template's, so that they become special tokens.
    public var specialTokens: [String: String]

    /// See the properties of the same names.
    public init(_ variables: JSONObject, specialTokens: [String: String] = [:]) {
        self.variables = variables
        self.specialTokens = specialTokens
    }
}

/// A template after parsing.
struct Program: Sendable {
    let body: [Statement]
    let scopes: ScopeTable
    private let source: [UInt8]

    init(_ text: String, limits: TemplateLimits) throws(TemplateError) {
        guard text.utf8.count <= limits.sourceByteCount else {
            let reason = TemplateError.Reason.sourceTooLong(byteCount: text.utf8.count, limit: limits.sourceByteCount)
            throw TemplateError(reason: reason, line: 1, column: 1)
        }
        let source = Lexer.normalized(Array(text.utf8))
        self.source = source
        do throws(SyntaxError) {
            (body, scopes) = try Program.parse(source, limits, StackGuard())
        } catch {
            guard error.reason == .stackExhausted else { throw Program.error(error.reason, at: error.place, source) }
            (body, scopes) = try DeepStack.run { () throws(TemplateError) in
                do throws(SyntaxError) {
                    return try Program.parse(source, limits, StackGuard(limit: DeepStack.limit))
                } catch {
                    throw Program.error(error.reason, at: error.place, source)
                }
            }
        }
    }

    private static func parse(
        _ source: [UInt8], _ limits: TemplateLimits, _ stack: StackGuard
    ) throws(SyntaxError) -> ([Statement], ScopeTable) {
        var lexer = Lexer(Text(source, .template))
        var parser = Parser(try lexer.readAll(), maximumNesting: limits.nesting, stack: stack)
        let body = try parser.parseTemplate()
        return (body, ScopeTable(parser.recorder))
    }

    func error(_ reason: TemplateError.Reason, at place: Place) -> TemplateError {
        Program.error(reason, at: place, source)
    }

    private static func error(_ reason: TemplateError.Reason, at place: Place, _ source: [UInt8]) -> TemplateError {
        let (line, column) = place.lineAndColumn(in: source)
        return TemplateError(reason: reason, line: line, column: column)
    }
}
