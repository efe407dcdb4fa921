/// The options of a dialect by name.
package struct LlamaOptionTable: Sendable {
    private var options: [String: LlamaOption] = [:]

    package init(_ dialect: LlamaDialect) {
        for option in dialect.options {
            for name in option.names { options[name] = option }
        }
    }

    package subscript(name: String) -> LlamaOption? { options[name] }
}
