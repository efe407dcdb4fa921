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
        case noEffect(String)
        /// It would change the result, or ask for something else. The user is told why not, or what to do instead.
        case refused(String)
    }

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

    static func noEffect(_ names: String..., values: Values = .none, because reason: String) -> LlamaOption {
        LlamaOption(names: names, values: values, otherwise: .noEffect(reason))
    }

    static func refused(_ names: String..., values: Values = .none, because reason: String) -> LlamaOption {
        LlamaOption(names: names, values: values, otherwise: .refused(reason))
    }
}

extension LlamaOption.Values {
    static let one = LlamaOption.Values.some(1)
}

/// The options of the programs of llama.cpp. Most share one list; two have their own, where `-p` is something else.
package enum LlamaDialect: Sendable, CaseIterable {
    /// llama-completion, llama-cli, llama-server, llama-perplexity, llama-imatrix.
    case common
    /// llama-bench
    case bench
    /// llama-quantize
    case quantize

    /// Each name stands for one option. A list of its own hides what of the common list shares a name with it.
    package var options: [LlamaOption] {
        switch self {
        case .common: LlamaOption.common
        case .bench: LlamaOption.hiding(LlamaOption.bench)
        case .quantize: LlamaOption.hiding(LlamaOption.quantize)
        }
    }
}

extension LlamaOption {
    fileprivate static let common =
        program + files + machine + memory + text + chat + sampling + speculation + measures + server

    fileprivate static func hiding(_ own: [LlamaOption]) -> [LlamaOption] {
        let names = Set(own.flatMap(\.names))
        return own + common.filter { names.isDisjoint(with: $0.names) }
    }
}
