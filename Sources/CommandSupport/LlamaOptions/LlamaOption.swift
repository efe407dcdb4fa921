/// An option of llama.cpp: all of its names, the words that it takes, and what becomes of it in a program that does not
/// declare it.
///
/// A program that declares an option under one of the names accepts it under all of them.
package struct LlamaOption: Sendable {
    package let names: [String]
    package let values: Values
    package let otherwise: Otherwise

    /// The words after an option's name that belong to it.
    package enum Values: Sendable, Hashable {
        case none
        /// So many words, whatever they look like.
        case some(Int)
        /// The next word if it is `on`, `off` or `auto`, or one of their synonyms.
        case onOffAuto
    }

    /// What becomes of an option that a program does not declare.
    package enum Otherwise: Sendable, Hashable {
        /// It says what the program does anyway.
        case usual
        /// It cannot change the result. The user is told that it does nothing, and why.
        case noEffect(Reason)
        /// It would change the result, or ask for something else. The user is told why not, or what to do instead.
        case refused(Reason)
    }

    /// Why options have no effect that say where something is computed.
    static let processor: Reason = "everything is computed on the processor"

    /// Why options are refused that name a file to download.
    static let download: Reason = [
        "only repositories of the hub are downloaded (-hf); download the file and give it with -m",
        "nothing is downloaded; download the file and give it with -m",
        "nothing is downloaded; download the file and give its path",
    ]

    /// The synonyms of on, off and auto.
    static let switchWords: Set<String> = [
        "on", "off", "auto", "enabled", "disabled", "true", "false", "1", "0", "-1",
    ]

    // MARK: - Shorthand for the tables

    /// One that the program declares, listed for its synonyms or to hide another.
    static func declared(_ names: String...) -> LlamaOption {
        LlamaOption(names: names, values: .one, otherwise: .refused("see --help"))
    }

    static func usual(_ names: String..., values: Values = .none) -> LlamaOption {
        LlamaOption(names: names, values: values, otherwise: .usual)
    }

    static func noEffect(_ names: String..., values: Values = .none, because reason: Reason) -> LlamaOption {
        LlamaOption(names: names, values: values, otherwise: .noEffect(reason))
    }

    static func refused(_ names: String..., values: Values = .none, because reason: Reason) -> LlamaOption {
        LlamaOption(names: names, values: values, otherwise: .refused(reason))
    }
}

extension LlamaOption.Values {
    static let one = LlamaOption.Values.some(1)
}
