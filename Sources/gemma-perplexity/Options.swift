import ArgumentParser
import BundledModel
import CommandSupport
import Foundation
import Gemma4
import Logging
import Tensor

struct ModelOptions: ParsableArguments {
    @OptionGroup var reading: ReadingOptions

    @Flag(
        help: """
            Compute with float activations throughout, and cache in f32 unless -ctk and -ctv say otherwise: the \
            reference to compare with. By default, activations are rounded to 8 bits for quantized weights, as in \
            generation.
            """)
    var exact = false

    func settings() throws -> ReadingSettings {
        try reading.settings(
            bundled: BundledModel.target, cacheTypes: exact ? CacheTypes(key: .f32, value: .f32) : CacheTypes(),
            precision: exact ? .floats : .bytes)
    }
}

struct TextOptions: ParsableArguments {
    @OptionGroup var chunking: ChunkOptions

    @Option(
        name: [.customLong("bf", withSingleDash: true), .customLong("binary-file")], parsing: .unconditional,
        help: "The same byte for byte: the final newline stays, nothing is converted, and there are no warnings.")
    var binaryFile: String?

    @Option(
        name: [.customLong("kl-divergence-base"), .customLong("save-all-logits")],
        help: "The file to save the run's probabilities in, or to compare them with.")
    var klDivergenceBase: String?

    @Flag(
        name: .customLong("kl-divergence"),
        help: "Compare with the run in --kl-divergence-base FILE, which also holds the tokens of the text.")
    var comparesWithBase = false

    func validate() throws {
        if comparesWithBase, klDivergenceBase == nil {
            throw ValidationError("--kl-divergence needs a saved run (--kl-divergence-base FILE)")
        }
        if !comparesWithBase, (file == nil) == (binaryFile == nil) {
            throw ValidationError(file == nil ? "name a text with -f" : "-f and -bf each name a text; leave one out")
        }
    }

    private var file: String? { chunking.file }

    /// The text, unless it comes from a saved run.
    func contents() throws -> Data {
        guard case .compare(let url) = base else {
            return try binaryFile.map { try readBytes($0) } ?? readText(file ?? "-")
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
