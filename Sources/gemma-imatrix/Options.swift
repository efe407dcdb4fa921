import ArgumentParser
import CommandSupport
import Foundation
import ImportanceMatrix
import Logging

struct TextOptions: ParsableArguments {
    @OptionGroup var chunking: ChunkOptions

    @Option(
        name: [.customLong("chunk"), .customLong("from-chunk")], parsing: .unconditional,
        help: "How many chunks to skip at the start.")
    var firstChunk = 0

    @Flag(help: "Take special tokens (<|turn> and others) in the text as such, not as characters.")
    var parseSpecial = false

    @Flag(
        inversion: .prefixedNo,
        help: "Compute the perplexity, which takes a product with the output matrix for every other token.")
    var ppl = true

    func validate() throws {
        guard (0...Int(Int32.max)).contains(firstChunk) else {
            throw ValidationError("--chunk is \(firstChunk); expected 0 or more")
        }
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
    /// - Parameter chunkLength: of files of the old format, which do not say it.
    func earlier(chunkLength: Int) throws -> ImportanceMatrix {
        var sum: ImportanceMatrix?
        for path in inFiles {
            let matrix = try ImportanceMatrix(contentsOf: URL(fileURLWithPath: path), chunkLength: chunkLength)
            do {
                if let sum { Self.warnOfOtherLengths(sum.chunkLength, matrix.chunkLength) }
                try sum?.add(matrix)
            } catch {
                throw ImportanceError.inFile(path: path, error)
            }
            sum = sum ?? matrix
        }
        return sum ?? ImportanceMatrix(chunkLength: chunkLength)
    }

    /// Sums are of tokens and add up all the same; only the number of chunks then says little.
    static func warnOfOtherLengths(_ first: Int, _ second: Int) {
        guard first != second else { return }
        Logger(label: "gemma").warning(
            "chunks of \(first) and of \(second) tokens are added up, and each counts as one chunk")
    }
}

extension ImportanceFormat: ExpressibleByArgument {}
