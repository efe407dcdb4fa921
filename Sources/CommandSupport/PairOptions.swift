public import ArgumentParser
import Foundation
public import Speculative

extension DraftLength: ExpressibleByArgument {}

/// The files of a model and of its drafter: llama.cpp's flags.
package struct PairOptions: ParsableArguments {
    @Option(name: [.short, .long], help: "The model, a GGUF file.")
    package var model: String?

    @Option(
        name: [.customLong("md", withSingleDash: true), .long],
        help: "The model's drafter, a GGUF file of architecture gemma4-assistant.")
    package var modelDraft: String?

    package init() {}

    package var target: URL? { model.map { URL(fileURLWithPath: $0) } }
    package var drafter: URL? { modelDraft.map { URL(fileURLWithPath: $0) } }
}
