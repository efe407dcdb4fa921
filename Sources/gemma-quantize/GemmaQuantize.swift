import ArgumentParser
import CommandSupport
import Foundation
import GGUF
import ImportanceMatrix
import Logging
internal import Platform
import Quantization
import Tensor

@main
enum Main {
    static func main() {
        LoggingSystem.bootstrap { _ in PlainLogHandler() }
        runCommand(GemmaQuantize.self, dialect: .quantize)
    }
}

/// Converts a model into a smaller file. Arguments have the names and order of llama-quantize.
struct GemmaQuantize: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "gemma-quantize",
        abstract: "Stores a model's weights in fewer bits.",
        usage: "gemma-quantize [options] IN.gguf [OUT.gguf] TYPE [THREADS]",
        discussion: """
            IN is a Gemma 4 model or drafter in F32, F16 or BF16 (of a split model, the first file). Without OUT, the \
            new file is ggml-model-TYPE.gguf in the folder of IN. Vectors, norms, routers, the projection to the \
            per-layer inputs and the centroids of a drafter are not converted. Progress goes to standard error. \
            \(ExitCodes.help)

            TYPE is one of \(FileType.allCases.map(\.rawValue).joined(separator: ", ")) \
            (Q3_K, Q4_K and Q5_K stand for the mixes with _M; COPY converts nothing). IQ1 and IQ2 types, IQ3_XXS and \
            Q2_K_S need an importance matrix (--imatrix), which gemma-imatrix makes; it improves most others.
            """,
        version: Version.line)

    @Argument(help: "The model to read.")
    var input: String

    @Argument(
        help: ArgumentHelp("The file to write, the type, and a number of threads.", valueName: "[out] type [threads]"))
    var rest: [String]

    @Flag(help: "Allow tensors that are already quantized. This loses more than quantizing the original.")
    var allowRequantize = false

    @Flag(help: "Use the same type for all tensors: no better types for those that need them most.")
    var pure = false

    @Option(help: ArgumentHelp("The type of the token embeddings.", valueName: "type"))
    var tokenEmbeddingType: TensorFormat?

    @Option(
        help: ArgumentHelp(
            "The type of the output matrix, or of the token embeddings if they serve as it.", valueName: "type"))
    var outputTensorType: TensorFormat?

    @Option(
        help: ArgumentHelp(
            """
            The type of tensors whose name matches the regular expression NAME. Can be repeated; the first match is \
            used.
            """,
            valueName: "name=type"))
    var tensorType: [TensorOverride] = []

    @OptionGroup var matrix: MatrixOptions

    @Flag(help: "Leave the output matrix as it is, if the model has one beside the token embeddings.")
    var leaveOutputTensor = false

    @Flag(help: "Write a split model in as many files as it has: OUT-00001-of-00003.gguf and so on.")
    var keepSplit = false

    @Flag(help: "Only print what would be done, with sizes, on standard output.")
    var dryRun = false

    @OptionGroup var threads: ThreadOptions

    mutating func run() async throws {
        let request = try Request(input: input, rest: rest, threads: threads)
        if request.type == .copy { try refuseConversions() }
        let matrix = try GivenMatrix(self.matrix)
        let options = options(matrix?.importance)
        let file: GGUFFile
        let plan: QuantizationPlan
        do {
            file = try GGUFFile(contentsOf: request.input)
            plan = try QuantizationPlan(file, to: request.type, options)
        } catch {
            throw FileError(path: request.input.path, reason: error)
        }
        if leaveOutputTensor, file.tensor("output.weight") == nil {
            Logger(label: "gemma").warning(
                "--leave-output-tensor has no effect: in this model the token embeddings serve as the output matrix")
        }
        let quantizer = Quantizer(file, plan, pool: ThreadPool(threadCount: request.threads))
        let keepsParts = keepSplit
        let places = quantizer.places(for: request.output, keepsParts: keepsParts).map(\.path)
        let shown = places.count > 1 ? "\(places[0]) and \(places.count - 1) more" : places[0]
        if request.isOutputDerived { StandardError.write("\(dryRun ? "would write" : "writing") \(shown)\n") }
        matrix?.report(plan)
        let report = Report(plan)
        if dryRun {
            try StandardOutput.write(report.table + report.summary)
            return
        }
        let start = ContinuousClock.now
        let outcome = try await Interruptible.run {
            defer { report.endLine() }
            try quantizer.write(to: request.output, keepsParts: keepsParts) { report.show($0) }
        }
        switch outcome {
        case .finished:
            let seconds = String(format: "%.1f", (ContinuousClock.now - start) / .seconds(1))
            StandardError.write(report.summary + "\(shown) written in \(seconds) s\n")
            report.warnOfFallbacks()
        case .interrupted:
            StandardError.write("interrupted; \(shown) was not written\n")
            throw ExitCode(130)
        }
    }

    private func options(_ importance: Importance?) -> QuantizationOptions {
        var options = QuantizationOptions()
        options.allowsRequantizing = allowRequantize
        options.isPure = pure
        options.tokenEmbedding = tokenEmbeddingType?.format
        options.output = outputTensorType?.format
        options.keepsOutput = leaveOutputTensor
        options.overrides = tensorType.map { .init(pattern: $0.pattern, format: $0.format) }
        options.importance = importance
        return options
    }

    /// Options that say how to convert.
    private func refuseConversions() throws {
        let options = [
            ("--imatrix", matrix.imatrix != nil), ("--pure", pure), ("--tensor-type", !tensorType.isEmpty),
            ("--token-embedding-type", tokenEmbeddingType != nil), ("--output-tensor-type", outputTensorType != nil),
        ]
        guard let (name, _) = options.first(where: \.1) else { return }
        throw ValidationError("COPY converts nothing; leave out \(name)")
    }
}

/// An error, and the file it is about.
private struct FileError: AdvisedError, CustomStringConvertible {
    let path: String
    let reason: any Error

    var advice: String? { CommandSupport.advice(for: reason) }

    var description: String {
        if case GGUFError.cannotOpen? = reason as? GGUFError { "\(reason)" } else { "\(path): \(reason)" }
    }
}
