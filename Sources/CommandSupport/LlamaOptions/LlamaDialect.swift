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
