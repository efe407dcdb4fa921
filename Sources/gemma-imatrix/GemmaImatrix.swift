import ArgumentParser
import BundledModel
import CommandSupport
import Foundation
import Gemma4
import ImportanceMatrix
import Logging

@main
enum Main {
    static func main() {
        LoggingSystem.bootstrap { _ in PlainLogHandler() }
        runCommand(GemmaImatrix.self)
    }
}

/// Measures what a model's weights are multiplied by. Flags have the names and meanings of llama-imatrix.
struct GemmaImatrix: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "gemma-imatrix",
        abstract: "Makes an importance matrix: which columns of a Gemma 4 model's weights matter most for a text.",
        discussion: """
            The text is cut into chunks of -c tokens, and the squares of what each weight matrix is multiplied by are \
            summed, column by column. gemma-quantize --imatrix then spends precision where the sums are large. Use the \
            unquantized model, or one in Q8_0, and text like that which the model is to write; some hundred chunks are \
            enough. The perplexity so far goes to standard output; everything else goes to standard error. Without -f, \
            the matrices of --in-file are added up. \(ExitCodes.help)
            """,
        version: Version.line)

    @OptionGroup(title: "Model") var model: ReadingOptions
    @OptionGroup(title: "Text") var text: TextOptions
    @OptionGroup(title: "Matrix") var matrix: MatrixOptions

    func validate() throws {
        if text.chunking.file == nil, matrix.inFiles.isEmpty {
            throw ValidationError("name a text with -f, or matrices to add up with --in-file")
        }
    }

    func run() async throws {
        let output = MatrixOutput(matrix)
        try ImportanceMatrix.checkPlace(output.url)
        let length = text.chunking.length(trained: ImportanceMatrix.defaultChunkLength)
        let earlier = try matrix.earlier(chunkLength: max(1, length))
        guard let path = text.chunking.file else {
            try output.write(earlier)
            return StandardError.write(output.summary(of: earlier))
        }
        // Outside of `Interruptible`, since reading what somebody types cannot be cancelled.
        let contents = try readText(path)
        // Activations stay floats: rounded to bytes they would not be what the weights are meant for.
        let settings = try model.settings(
            bundled: BundledModel.target, cacheTypes: CacheTypes(key: .f32, value: .f32), precision: .floats)
        let collection = Collection(
            model: settings, text: text, name: path, contents: contents, earlier: earlier,
            includesOutput: matrix.processOutput, output: output)
        let outcome = try await Interruptible.run { try collection.run() }
        if case .interrupted = outcome {
            StandardError.write(collection.interruption)
            throw ExitCode(130)
        }
    }
}
