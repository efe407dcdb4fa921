import JSON

/// A chat template of a model: Jinja, as Hugging Face's transformers configures it.
///
/// Compiled once, rendered as often as wanted, from any number of threads.
public struct ChatTemplate: Sendable {
    public let source: String
    public let limits: TemplateLimits
    private let program: Program

    /// - Throws: `TemplateError` where `source` is not a template. A filter or test that does not exist is an error only
    ///   when it is reached.
    public init(_ source: String, limits: TemplateLimits = .standard) throws(TemplateError) {
        self.source = source
        self.limits = limits
        program = try Program(source, limits: limits)
    }

    /// The text that a model is to continue.
    ///
    /// - Parameters:
    ///   - clock: the local time, for templates that print the date.
    ///   - isCancelled: asked every 4096 steps; rendering ends in `TemplateError.Reason.cancelled` if it says so.
    public func render(
        _ context: TemplateContext, clock: () -> LocalTime = LocalTime.now,
        isCancelled: () -> Bool = { Task.isCancelled }
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
        source = Lexer.normalized(Array(text.utf8))
        do {
            var lexer = Lexer(Text(source, .template))
            var parser = Parser(try lexer.readAll(), maximumNesting: limits.nesting)
            body = try parser.parseTemplate()
            scopes = ScopeTable(parser.recorder)
        } catch {
            let (line, column) = error.place.lineAndColumn(in: source)
            throw TemplateError(reason: error.reason, line: line, column: column)
        }
    }

    func error(_ reason: TemplateError.Reason, at place: Place) -> TemplateError {
        let (line, column) = place.lineAndColumn(in: source)
        return TemplateError(reason: reason, line: line, column: column)
    }
}
