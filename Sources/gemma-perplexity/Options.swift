import ArgumentParser
import BundledModel
import CommandSupport
import Foundation
import Gemma4
import Logging
import Tensor

struct ModelOptions: ParsableArguments {
    @Option(name: [.short, .long], help: "The model, a GGUF file. Default: the one that comes with swift-gemma.")
    var model: String?

    @OptionGroup var threads: ThreadOptions

    @Option(
        name: [.customShort("b"), .customLong("batch-size")], parsing: .unconditional,
        help: "The most tokens that one pass reads.")
    var batchLength = 512

    @OptionGroup var cache: CacheOptions

    @Flag(
        help: """
            Compute with float activations throughout, and cache in f32 unless -ctk and -ctv say otherwise: the \
            reference to compare with. By default, activations are rounded to 8 bits for quantized weights, as in \
            generation.
            """)
    var exact = false

    func validate() throws {
        guard (1...Int(Int32.max)).contains(batchLength) else {
            throw ValidationError("-b is \(batchLength); expected 1 or more")
        }
    }

    func settings() throws -> ModelSettings {
        guard let file = model.map({ URL(fileURLWithPath: $0) }) ?? BundledModel.target else {
            throw ValidationError("the bundled model is not beside the executable; name a model with -m")
        }
        return ModelSettings(
            file: file, threads: threads.count, batchLength: batchLength,
            cacheTypes: exact ? cache.types(default: .f32) : cache.types(), precision: exact ? .floats : .bytes)
    }
}

/// How the model is run.
struct ModelSettings: Sendable {
    let file: URL
    let threads: Int
    let batchLength: Int
    let cacheTypes: CacheTypes
    let precision: ActivationPrecision
}

struct TextOptions: ParsableArguments {
    @Option(
        name: .shortAndLong, parsing: .unconditional,
        help: "A file with the text, taken as it is but for one final newline; - for standard input.")
    var file: String?

    @Option(
        name: [.customLong("bf", withSingleDash: true), .customLong("binary-file")], parsing: .unconditional,
        help: "The same byte for byte: the final newline stays, nothing is converted, and there are no warnings.")
    var binaryFile: String?

    @Option(
        name: [.customShort("c"), .customLong("ctx-size")], parsing: .unconditional,
        help: """
            Tokens per chunk; 0 for the length the model was trained for. Default: 512, or that length if shorter.
            """)
    var contextLength: Int?

    @Option(parsing: .unconditional, help: "The most chunks to read; -1 for all.")
    var chunks = -1

    @Option(
        name: [.customLong("kl-divergence-base"), .customLong("save-all-logits")],
        help: "The file to save the run's probabilities in, or to compare them with.")
    var klDivergenceBase: String?

    @Flag(
        name: .customLong("kl-divergence"),
        help: "Compare with the run in --kl-divergence-base FILE, which also holds the tokens of the text.")
    var comparesWithBase = false

    func validate() throws {
        guard chunks == -1 || chunks >= 1 else {
            throw ValidationError("--chunks is \(chunks); expected 1 or more, or -1 for all")
        }
        if comparesWithBase, klDivergenceBase == nil {
            throw ValidationError("--kl-divergence needs a saved run (--kl-divergence-base FILE)")
        }
        if !comparesWithBase, (file == nil) == (binaryFile == nil) {
            throw ValidationError(file == nil ? "name a text with -f" : "-f and -bf each name a text; leave one out")
        }
    }

    var chunkLimit: Int? { chunks < 0 ? nil : chunks }

    /// The text, unless it comes from a saved run.
    func contents() throws -> Data {
        guard case .compare(let url) = base else {
            return try binaryFile.map(readBytes) ?? readText(file ?? "-")
        }
        if let file = file ?? binaryFile {
            Logger(label: "gemma").warning("\(file) is not read: the tokens come from \(url.lastPathComponent)")
        }
        return Data()
    }

    /// What to do with the saved run, if there is one.
    var base: BaseUse {
        guard let path = klDivergenceBase else { return .none }
        let url = URL(fileURLWithPath: path)
        return comparesWithBase ? .compare(url) : .save(url)
    }
}

/// What to do with the log probabilities of a run.
enum BaseUse: Sendable {
    case none
    case save(URL)
    case compare(URL)
}
