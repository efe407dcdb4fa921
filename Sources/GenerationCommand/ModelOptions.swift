package import ArgumentParser
import BundledModel
package import CommandSupport
package import Foundation
package import Gemma

/// Which model is loaded, and how.
package struct ModelOptions: ParsableArguments {
    @OptionGroup package var pair: PairOptions

    @Option(
        name: [.customShort("c"), .customLong("ctx-size")], parsing: .unconditional,
        help: """
            Tokens of prompt and text together; 0 for the length the model was trained for. Default: 4096, or that \
            length if shorter.
            """)
    private var contextSize: Int?

    @OptionGroup package var threads: ThreadOptions
    @OptionGroup package var cache: CacheOptions

    @Flag(help: "Check all weights for NaN and infinity first, which reads the whole files.")
    package var checkTensors = false

    @Flag(help: "Print the model's metadata and tensors, and stop.")
    package var listInfo = false

    package init() {}

    package func validate() throws { try validateContextLength(contextSize) }

    /// - Returns: nil for the default.
    package func contextLength(of model: GemmaModel) -> Int? {
        contextSize == 0 ? model.trainedContextLength : contextSize
    }

    /// The files to load.
    package func files() throws -> (target: URL, drafter: URL?) {
        if let target = pair.target { return (target, pair.drafter) }
        guard let target = BundledModel.target, let drafter = BundledModel.assistant else {
            throw ValidationError("the bundled model is not beside the executable; name a model with -m")
        }
        return (target, pair.drafter ?? drafter)
    }
}
