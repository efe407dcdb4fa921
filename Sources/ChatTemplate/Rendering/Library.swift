/// What a template can use by name. Rendering is given it, and knows nothing of what is in it.
struct Library: Sendable {
    let filters: [String: Filter]
    let tests: [String: ValueTest]
    /// Variables that every template sees.
    let functions: [Text: Function]
    let methods: Methods
    /// The operator `%` of texts.
    let formatText: @Sendable (Renderer, Text, Value) throws(TemplateError) -> Text

    /// By the kind of values that have them, and by name.
    struct Methods: Sendable {
        let ofTexts: [Text: Method]
        let ofMappings: [Text: Method]
        let ofLists: [Text: Method]
        let ofTuples: [Text: Method]
        let ofIntegers: [Text: Method]
        let ofFloats: [Text: Method]
        let ofCyclers: [Text: Method]
        let ofLoops: [Text: Method]
    }
}

/// A filter: a function of the value before the bar and of arguments.
struct Filter: Sendable {
    typealias Body = @Sendable (Renderer, Value, CallArguments) throws(TemplateError) -> Value

    let apply: Body

    init(_ apply: @escaping Body) { self.apply = apply }
}

/// A test: what follows `is`.
struct ValueTest: Sendable {
    typealias Body = @Sendable (Renderer, Value, CallArguments) throws(TemplateError) -> Bool

    let passes: Body

    init(_ passes: @escaping Body) { self.passes = passes }
}

struct Function: Sendable {
    typealias Body = @Sendable (Renderer, CallArguments) throws(TemplateError) -> Value

    let run: Body

    init(_ run: @escaping Body) { self.run = run }
}

/// A method of a kind of values.
final class Method: Sendable {
    typealias Body = @Sendable (Renderer, Value, CallArguments) throws(TemplateError) -> Value

    let name: String
    /// Whether it would change the value, which the sandbox forbids: then it is there, but cannot be called.
    let changesReceiver: Bool
    let run: Body

    init(_ name: String, changesReceiver: Bool = false, _ run: @escaping Body) {
        (self.name, self.changesReceiver, self.run) = (name, changesReceiver, run)
    }
}
