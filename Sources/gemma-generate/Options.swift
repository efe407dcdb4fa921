import ArgumentParser
import BundledModel
import CommandSupport
import Foundation
import Gemma

struct ModelOptions: ParsableArguments {
    @OptionGroup var pair: PairOptions

    @Option(
        name: [.customShort("c"), .customLong("ctx-size")], parsing: .unconditional,
        help: "Tokens of prompt and text together. Default: 4096, or the length the model was trained for if shorter.")
    var contextLength: Int?

    @OptionGroup var threads: ThreadOptions
    @OptionGroup var cache: CacheOptions

    @Flag(help: "Check all weights for NaN and infinity first, which reads the whole files.")
    var checkTensors = false

    @Flag(help: "Print the model's metadata and tensors, and stop.")
    var listInfo = false

    /// The files to load.
    func files() throws -> (target: URL, drafter: URL?) {
        if let target = pair.target { return (target, pair.drafter) }
        guard let target = BundledModel.target, let drafter = BundledModel.assistant else {
            throw ValidationError("the bundled model is not beside the executable; name a model with -m")
        }
        return (target, pair.drafter ?? drafter)
    }
}

struct TextOptions: ParsableArguments {
    @Option(
        name: .shortAndLong, parsing: .unconditional,
        help: "The text to continue; escapes such as \\n and \\t mean what they mean in C.")
    var prompt: String?

    @Option(
        name: .shortAndLong, parsing: .unconditional, help: "A file with the text to continue; - for standard input.")
    var file: String?

    @Option(
        name: [.customShort("n"), .long], parsing: .unconditional,
        help: "The most tokens to generate; -1 for as many as fit the context.")
    var predict: Int?

    @Flag(
        name: .customLong("ignore-eos"),
        help: "Do not stop at the end of the text, only at -n or the end of the context.")
    var ignoreEOS = false

    @Flag(help: "Leave the prompt out of the output.")
    var noDisplayPrompt = false

    @Flag(help: "Do not interpret escapes in -p.")
    var noEscape = false

    @Flag(help: "Show control tokens such as <turn|> in the text.")
    var special = false

    /// What the bundled model continues if no text is given.
    private static let story = "Once upon a time"

    func promptText(isBundled: Bool) throws -> String {
        switch (prompt, file) {
        case (_?, _?): throw ValidationError("-p and -f both give a prompt; leave one out")
        case (let prompt?, nil): return noEscape ? prompt : prompt.unescaped
        case (nil, let file?): return String(decoding: try readText(file), as: UTF8.self)
        case (nil, nil): return isBundled ? Self.story : ""
        }
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
