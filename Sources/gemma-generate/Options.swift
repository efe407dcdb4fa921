import ArgumentParser
import BundledModel
import CommandSupport
import Foundation
import Gemma

struct ModelOptions: ParsableArguments {
    @Option(name: [.short, .long], help: "The model, a GGUF file. Default: the pair that comes with gemma-generate.")
    var model: String?

    @Option(
        name: [.customLong("md", withSingleDash: true), .long],
        help: "The model's drafter, a GGUF file of architecture gemma4-assistant.")
    var modelDraft: String?

    @Option(
        name: [.customShort("c"), .customLong("ctx-size")], parsing: .unconditional,
        help: "Tokens of prompt and text in all. Default: 4096, or what the model was trained for if that is less.")
    var contextLength: Int?

    @Option(name: .shortAndLong, parsing: .unconditional, help: "Threads. Default: the number of physical cores.")
    var threads: Int?

    @OptionGroup var cache: CacheOptions

    @Flag(help: "Look through all weights for NaN and infinity first, which reads the files whole.")
    var checkTensors = false

    @Flag(help: "Print the model's metadata and tensors and stop.")
    var listInfo = false

    /// The files to load.
    func files() throws -> (target: URL, drafter: URL?) {
        if let model {
            return (URL(fileURLWithPath: model), modelDraft.map { URL(fileURLWithPath: $0) })
        }
        guard let target = BundledModel.target, let assistant = BundledModel.assistant else {
            throw ValidationError("the bundled model does not lie beside the executable; name a model with -m")
        }
        return (target, modelDraft.map { URL(fileURLWithPath: $0) } ?? assistant)
    }
}

struct TextOptions: ParsableArguments {
    @Option(
        name: .shortAndLong, parsing: .unconditional, help: "The text to continue; \\n and \\t are what they are in C.")
    var prompt: String?

    @Option(
        name: .shortAndLong, parsing: .unconditional, help: "A file with the text to continue; - reads standard input.")
    var file: String?

    @Option(
        name: [.customShort("n"), .long], parsing: .unconditional,
        help: "Tokens to generate at most; -1 for as many as the context holds.")
    var predict: Int?

    @Flag(name: .customLong("ignore-eos"), help: "Never end the text before -n or the context does.")
    var ignoreEOS = false

    @Flag(help: "Leave the prompt out of the output.")
    var noDisplayPrompt = false

    @Flag(help: "Take a backslash in -p for what it is.")
    var noEscape = false

    @Flag(help: "Show control tokens such as <turn|> in the text.")
    var special = false

    /// What the bundled model continues where no text is given.
    private static let story = "Once upon a time"

    func promptText(isBundled: Bool) throws -> String {
        switch (prompt, file) {
        case (_?, _?): throw ValidationError("-p and -f both give a prompt; leave one out")
        case (let prompt?, nil): return noEscape ? prompt : unescaped(prompt)
        case (nil, let file?): return String(decoding: try readText(file), as: UTF8.self)
        case (nil, nil): return isBundled ? Self.story : ""
        }
    }

    private func unescaped(_ text: String) -> String {
        let meanings: [Character: Character] = ["n": "\n", "r": "\r", "t": "\t", "\\": "\\", "\"": "\"", "'": "'"]
        var result = ""
        var rest = Substring(text)
        while let character = rest.popFirst() {
            if character == "\\", let next = rest.first, let meaning = meanings[next] {
                result.append(meaning)
                rest.removeFirst()
            } else {
                result.append(character)
            }
        }
        return result
    }
}

struct SamplingFlags: ParsableArguments {
    @Option(
        name: .shortAndLong, parsing: .unconditional,
        help: "The same seed gives the same text; -1 for another text each time.")
    var seed: Int?

    @Option(
        name: .customLong("temp"), parsing: .unconditional,
        help: "Temperature; 0 always takes the most probable token. Default: the model's own, else 1.0.")
    var temperature: Float?

    @Option(
        name: .customLong("top-k"), parsing: .unconditional,
        help: "Draw from the k most probable tokens; 0 for all. Default: the model's own, else 64.")
    var topK: Int?

    @Option(
        name: .customLong("top-p"), parsing: .unconditional,
        help: "Draw from the most probable tokens that make up this probability. Default: the model's own, else 0.95.")
    var topP: Float?

    @Option(
        name: .customLong("min-p"), parsing: .unconditional,
        help: "Draw from tokens at least this times as probable as the best. Default: the model's own, else 0.")
    var minP: Float?
}

struct SpeculationFlags: ParsableArguments {
    enum Kind: String, ExpressibleByArgument, CaseIterable {
        case none
        case draftMTP = "draft-mtp"
    }

    @Option(
        name: .customLong("spec-type"),
        help: "Speculative decoding: none, or draft-mtp, the default where there is a drafter.")
    var type: Kind?

    @Option(
        name: .customLong("spec-draft-n-max"), parsing: .unconditional,
        help: ArgumentHelp(
            "Drafts in a round at most, or auto for as many as make it fastest, none where drafting loses. With -s, auto goes by the text alone and not by the clock.",
            valueName: "n|auto"))
    var draftLength = DraftLength.automatic

    @Option(
        name: .customLong("spec-draft-p-min"), parsing: .unconditional,
        help: "End a draft where its best token is less probable than this.")
    var minimumProbability: Float = 0

    var isOff: Bool { type == Kind.none }
}

extension DraftLength: ExpressibleByArgument {}
