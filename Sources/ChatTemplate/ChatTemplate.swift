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
        program = try Program(source, limits: limits, library: .standard)
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
