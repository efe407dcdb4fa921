import ArgumentParser
import BundledModel
import CommandSupport
import Foundation
import Gemma4
import ImportanceMatrix

struct ModelOptions: ParsableArguments {
    @Option(name: [.short, .long], help: "The model, a GGUF file. Default: the one that comes with swift-gemma.")
    var model: String?

    @OptionGroup var threads: ThreadOptions

    @Option(
        name: [.customShort("b"), .customLong("batch-size")], parsing: .unconditional,
        help: "The most tokens that one pass reads.")
    var batchLength = 512

    @OptionGroup var cache: CacheOptions

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
            file: file, threads: threads.count, batchLength: batchLength, cacheTypes: cache.types(default: .f32))
    }
}

/// How the model is run.
struct ModelSettings: Sendable {
    let file: URL
    let threads: Int
    let batchLength: Int
    let cacheTypes: CacheTypes
}

struct TextOptions: ParsableArguments {
    @Option(
        name: .shortAndLong, parsing: .unconditional,
        help: "A file with the text, taken as it is but for one final newline; - for standard input.")
    var file: String?

    @Option(
        name: [.customShort("c"), .customLong("ctx-size")], parsing: .unconditional,
        help: """
            Tokens per chunk; 0 for the length the model was trained for. Default: 512, or that length if shorter.
            """)
    var contextLength: Int?

    @Option(
        name: [.customLong("chunk"), .customLong("from-chunk")], parsing: .unconditional,
        help: "How many chunks to skip at the start.")
    var firstChunk = 0

    @Option(parsing: .unconditional, help: "The most chunks to read; -1 for all.")
    var chunks = -1

    @Flag(help: "Take special tokens (<|turn> and others) in the text as such, not as characters.")
    var parseSpecial = false

    @Flag(
        inversion: .prefixedNo,
        help: "Compute the perplexity, which takes a product with the output matrix for every other token.")
    var ppl = true

    func validate() throws {
        guard chunks == -1 || chunks >= 1 else {
            throw ValidationError("--chunks is \(chunks); expected 1 or more, or -1 for all")
        }
        guard (0...Int(Int32.max)).contains(firstChunk) else {
            throw ValidationError("--chunk is \(firstChunk); expected 0 or more")
        }
    }

    var chunkLimit: Int? { chunks < 0 ? nil : chunks }

    /// The length of a chunk if the command line states one.
    var statedLength: Int? { contextLength.flatMap { $0 > 0 ? $0 : nil } }

    func chunkLength(trained: Int) -> Int {
        contextLength == 0 ? trained : contextLength ?? min(ImportanceMatrix.defaultChunkLength, trained)
    }
}

struct MatrixOptions: ParsableArguments {
    @Option(
        name: [.customShort("o"), .customLong("output"), .customLong("output-file")],
        help: "The file to write. Default: imatrix.gguf, or imatrix.dat.")
    var output: String?

    @Option(help: "The format of the file: gguf, or dat, that of llama.cpp before 2025.")
    var outputFormat: ImportanceFormat?

    @Option(
        name: .customLong("in-file"),
        help: ArgumentHelp(
            "Add earlier matrices of the same model. Separate files by commas, or repeat the option.",
            valueName: "files"))
    var inFileLists: [String] = []

    @Flag(help: "Include the output matrix, if the model has one beside the token embeddings.")
    var processOutput = false

    @Option(
        name: [.customLong("output-frequency"), .customLong("ofreq", withSingleDash: true)], parsing: .unconditional,
        help: "Save the matrix after every N chunks, so that an interruption loses no more.")
    var outputFrequency = 10

    @Option(parsing: .unconditional, help: "Save a copy, OUTPUT.at_N, after every N chunks; 0 for none.")
    var saveFrequency = 0

    func validate() throws {
        guard (1...Int(Int32.max)).contains(outputFrequency) else {
            throw ValidationError("--output-frequency is \(outputFrequency); expected 1 or more")
        }
        guard (0...Int(Int32.max)).contains(saveFrequency) else {
            throw ValidationError("--save-frequency is \(saveFrequency); expected 0 or more")
        }
    }

    var inFiles: [String] { inFileLists.flatMap { $0.split(separator: ",").map(String.init) } }

    /// The sum of the matrices of earlier runs; chunks are as long as those of the first.
    func earlier(chunkLength: Int) throws -> ImportanceMatrix {
        var sum: ImportanceMatrix?
        for path in inFiles {
            let matrix = try ImportanceMatrix(contentsOf: URL(fileURLWithPath: path), chunkLength: chunkLength)
            do {
                try sum?.add(matrix)
            } catch {
                throw ImportanceError.inFile(path: path, error)
            }
            sum = sum ?? matrix
        }
        return sum ?? ImportanceMatrix(chunkLength: chunkLength)
    }
}

extension ImportanceFormat: ExpressibleByArgument {}
