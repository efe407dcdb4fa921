import CommandSupport
import Foundation
import Gemma
import Gemma4
internal import Platform
internal import Tensor

/// What `-v` prints before a text is generated.
struct VerboseReport {
    let session: GemmaSession
    let target: URL
    let drafter: URL?
    let threads: Int
    let cacheTypes: CacheTypes

    /// Lines for a person, such as `context: 4096 tokens of 131072, keys f16, values f16`.
    var text: String {
        let processors = AvailableProcessors.current
        let limit = processors.timeLimit.map { String(format: ", limit: the time of %.2f processors", $0) } ?? ""
        let lines = [
            "model: \(printable(target.path))",
            "drafter: \(drafter.map { printable($0.path) } ?? "none")",
            "kernels: \(GemmaModel.kernels) (of \(Kernels.compiled.map(\.form.rawValue).joined(separator: ", ")))",
            "threads: \(threads); cores: \(processors.cores), hardware threads: \(processors.hardwareThreads)\(limit)",
            """
            context: \(session.contextLength) tokens of \(session.model.trainedContextLength), keys \
            \(cacheTypes.key.rawValue), values \(cacheTypes.value.rawValue)
            """,
            "prompt: \(session.tokens.count) tokens",
        ]
        return (lines + session.tokens.map(line)).joined(separator: "\n") + "\n"
    }

    /// `   123 'text'`
    private func line(_ token: TokenID) -> String {
        let number = String(token)
        let padding = String(repeating: " ", count: max(0, 8 - number.count))
        return "\(padding)\(number) '\(printable(session.model.tokenizer.decode([token])))'"
    }
}
