import ArgumentParser
import BundledModel
import CommandSupport
import Foundation
import Gemma

struct ModelOptions: ParsableArguments {
    @OptionGroup var pair: PairOptions

    @Option(
        name: [.customShort("c"), .customLong("ctx-size")], parsing: .unconditional,
        help: """
            Tokens of prompt and text together; 0 for the length the model was trained for. Default: 4096, or that \
            length if shorter.
            """)
    private var contextSize: Int?

    @OptionGroup var threads: ThreadOptions
    @OptionGroup var cache: CacheOptions

    @Flag(help: "Check all weights for NaN and infinity first, which reads the whole files.")
    var checkTensors = false

    @Flag(help: "Print the model's metadata and tensors, and stop.")
    var listInfo = false

    func validate() throws { try validateContextLength(contextSize) }

    /// - Returns: nil for the default.
    func contextLength(of pair: Pair) -> Int? { contextSize == 0 ? pair.trainedContextLength : contextSize }

    /// The files to load.
    func files() throws -> (target: URL, drafter: URL?) {
        if let target = pair.target { return (target, pair.drafter) }
        guard let target = BundledModel.target, let drafter = BundledModel.assistant else {
            throw ValidationError("the bundled model is not beside the executable; name a model with -m")
        }
        return (target, pair.drafter ?? drafter)
    }
}

struct SpeculationFlags: ParsableArguments {
    enum Kind: String, ExpressibleByArgument, CaseIterable {
        case none
        case draftMTP = "draft-mtp"
    }

    @Option(
        name: .customLong("spec-type"),
        help: "Speculative decoding: none, or draft-mtp (the default with a drafter).")
    var type: Kind?

    @Option(
        name: .customLong("spec-draft-n-max"), parsing: .unconditional,
        help: ArgumentHelp(
            """
            The most drafts per round, or auto for as many as make generation fastest, none if drafting costs more \
            than it saves. With -s, auto looks at the text only and not at the clock.
            """,
            valueName: "n|auto"))
    var draftLength = DraftLength.automatic

    @Option(
        name: .customLong("spec-draft-p-min"), parsing: .unconditional,
        help: "End a draft when its best token is less probable than this.")
    var minimumProbability: Float = 0

    var isOff: Bool { type == Kind.none }
}
