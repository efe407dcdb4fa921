extension Library {
    /// What Jinja has, and what transformers adds to it.
    static let standard = Library(
        filters: [Filter.texts, Filter.numbers, Filter.sequences, Filter.selections, Filter.values]
            .reduce(into: [:]) { all, some in all.merge(some) { $1 } },
        tests: ValueTest.all, functions: Function.globals,
        methods: Methods(
            ofTexts: Method.ofTexts, ofMappings: Method.ofMappings, ofLists: Method.ofLists, ofTuples: Method.ofTuples,
            ofIntegers: Method.ofIntegers, ofFloats: Method.ofFloats, ofCyclers: Method.ofCyclers,
            ofLoops: Method.ofLoops),
        formatText: { renderer, format, value throws(TemplateError) in try renderer.percentFormat(format, value) })
}
