/// A mistake in the source, before its offset becomes a line and a column.
struct SyntaxError: Error {
    let reason: TemplateError.Reason
    let place: Place

    init(_ reason: TemplateError.Reason, _ place: Place) { (self.reason, self.place) = (reason, place) }
    init(_ message: String, _ place: Place) { self.init(.syntax(message), place) }
}
