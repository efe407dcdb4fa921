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

    @Option(name: .shortAndLong, parsing: .unconditional, help: "Threads. Default: the number of physical cores.")
    var threads = ThreadPool.physicalCoreCount

    @Option(
        name: [.customShort("b"), .customLong("batch-size")], parsing: .unconditional,
        help: "Tokens that one pass reads at most.")
    var batchLength = 512

    @OptionGroup var cache: CacheOptions

    @Flag(
        help: """
            Compute with float activations throughout, and cache in f32 unless -ctk and -ctv say otherwise: the \
            reference to compare with. Without it quantized weights meet activations of 8 bits, as in generation.
            """)
    var exact = false

    func validate() throws {
        guard (1...1024).contains(threads) else { throw ValidationError("-t is \(threads); expected 1 to 1024") }
        guard (1...Int(Int32.max)).contains(batchLength) else {
            throw ValidationError("-b is \(batchLength); expected 1 or more")
        }
    }

    func settings() throws -> ModelSettings {
        guard let file = model.map({ URL(fileURLWithPath: $0) }) ?? BundledModel.target else {
            throw ValidationError("the bundled model does not lie beside the executable; name a model with -m")
        }
        let cacheTypes =
            exact
            ? CacheTypes(key: cache.keyType ?? .f32, value: cache.valueType ?? .f32)
            : CacheTypes(key: cache.key, value: cache.value)
        return ModelSettings(
            file: file, threads: threads, batchLength: batchLength, cacheTypes: cacheTypes,
            precision: exact ? .floats : .bytes)
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
    @Option(name: .shortAndLong, parsing: .unconditional, help: "A file with the text; - reads standard input.")
    var file: String?

    @Option(
        name: [.customShort("c"), .customLong("ctx-size")], parsing: .unconditional,
        help: "Tokens of a chunk. Default: 512, or what the model was trained for if that is less.")
    var contextLength: Int?

    @Option(parsing: .unconditional, help: "Chunks to read at most; -1 for all.")
    var chunks = -1

    @Option(
        name: [.customLong("kl-divergence-base"), .customLong("save-all-logits")],
        help: "The file that the run's probabilities are saved in, or compared with.")
    var klDivergenceBase: String?

    @Flag(
        name: .customLong("kl-divergence"),
        help: "Compare with the run in --kl-divergence-base FILE, which has the text's tokens too.")
    var comparesWithBase = false

    func validate() throws {
        guard chunks == -1 || chunks >= 1 else {
            throw ValidationError("--chunks is \(chunks); expected 1 or more, or -1 for all")
        }
        if comparesWithBase, klDivergenceBase == nil {
            throw ValidationError("--kl-divergence needs a saved run (--kl-divergence-base FILE)")
        }
        if !comparesWithBase, file == nil { throw ValidationError("name a text with -f") }
    }

    var chunkLimit: Int? { chunks < 0 ? nil : chunks }

    /// The text, unless it comes from a saved run.
    func contents() throws -> Data {
        guard case .compare(let url) = base else { return try readText(file ?? "-") }
        if let file {
            Logger(label: "gemma").warning("\(file) is not read: the tokens come from \(url.lastPathComponent)")
        }
        return Data()
    }

    /// What is done with the saved run, if there is one.
    var base: BaseUse {
        guard let path = klDivergenceBase else { return .none }
        let url = URL(fileURLWithPath: path)
        return comparesWithBase ? .compare(url) : .save(url)
    }
}

/// What is done with a run's log probabilities.
enum BaseUse: Sendable {
    case none
    case save(URL)
    case compare(URL)
}
