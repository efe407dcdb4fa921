import CommandSupport
import Evaluation
import Foundation
import GGUF
import Gemma
import ImportanceMatrix
import Logging
import Synchronization
import Tensor

/// One run over a text.
final class Collection: Sendable {
    private let model: ReadingSettings
    private let text: TextOptions
    /// The name of the text.
    private let name: String
    private let contents: Data
    private let earlier: ImportanceMatrix
    private let includesOutput: Bool
    private let output: MatrixOutput
    /// How many chunks the file that was saved last holds.
    private let savedChunks = Mutex(0)

    init(
        model: ReadingSettings, text: TextOptions, name: String, contents: Data, earlier: ImportanceMatrix,
        includesOutput: Bool, output: MatrixOutput
    ) {
        self.model = model
        self.text = text
        self.name = name
        self.contents = contents
        self.earlier = earlier
        self.includesOutput = includesOutput
        self.output = output
    }

    func run() throws {
        let progress = ProgressLine()
        progress.show("loading \(model.file.lastPathComponent)")
        defer { progress.clear() }
        let (file, pair) = try load()
        let length = text.chunking.length(trained: pair.trainedContextLength)
        let tokens = pair.tokenizer.encode(contents, parseSpecial: text.parseSpecial)
        let chunks = try TokenChunks(
            [pair.tokenizer.bos] + tokens, length: length, skipping: text.firstChunk, limit: text.chunking.limit)
        let reader = try model.reader(pair, chunks)
        let compute = reader.context.compute
        let collector = try ImportanceCollector(file, includesOutput: includesOutput, pool: compute.pool)
        try collector.check(earlier)
        warn(file, length: length)
        compute.observer = collector
        try read(chunks, reader, progress) { try self.matrix(collector, chunks: $0, length: length) }
        let matrix = try matrix(collector, chunks: chunks.count, length: length)
        try output.write(matrix)
        StandardError.write(output.summary(of: matrix))
        let coverage = matrix.expertCoverage
        if coverage.unused > 0 {
            Logger(label: "gemma").warning(
                """
                no token reached \(coverage.unused) of \(coverage.count) expert matrices, whose columns then all count \
                alike; read more text, or other text
                """)
        }
    }

    /// Reads all chunks, and saves what was collected on the way.
    private func read(
        _ chunks: TokenChunks, _ reader: ChunkReader, _ progress: ProgressLine,
        _ matrix: (_ chunks: Int) throws -> ImportanceMatrix
    ) throws {
        var perplexity = Perplexity()
        let start = ContinuousClock.now
        let logits: ChunkReader.Logits = includesOutput ? .all : text.ppl ? .scored : .none
        for chunk in 0..<chunks.count {
            let left = chunk > 0 ? (.now - start) / .seconds(chunk) * Double(chunks.count - chunk) : nil
            progress.show(
                "chunk \(chunk + 1) of \(chunks.count)" + (left.map { ", \(remainingTime($0)) left" } ?? ""))
            try reader.readThroughout(chunks, chunk, logits: logits) { scored in
                if text.ppl { try perplexity.add(scored, on: reader.context.compute.pool) }
            }
            if text.ppl {
                progress.clear()
                try show(String(format: "[%d]%.4f,", chunk + 1, perplexity.value))
            }
            if try output.save(after: chunk + 1, { try matrix(chunk + 1) }) {
                savedChunks.withLock { $0 = chunk + 1 }
            }
        }
        progress.clear()
        guard text.ppl else { return }
        try show("\n" + String(format: "Final estimate: PPL = %.4f +/- %.5f\n", perplexity.value, perplexity.error))
    }

    /// What to say after Ctrl-C.
    var interruption: String {
        let chunks = savedChunks.withLock(\.self)
        return chunks > 0
            ? "interrupted; \(output.url.path) holds the first \(counted(chunks, "chunk"))\n"
            : "interrupted; nothing was written\n"
    }

    // MARK: - Parts

    private func load() throws -> (GGUFFile, GemmaModel) {
        do {
            let file = try GGUFFile(contentsOf: model.file)
            return (file, try GemmaModel(target: file))
        } catch {
            throw GemmaError.cannotLoad(path: model.file.path, reason: error)
        }
    }

    private func warn(_ file: GGUFFile, length: Int) {
        if includesOutput, file.tensor("output.weight") == nil {
            Logger(label: "gemma").warning(
                "--process-output has no effect: in this model the token embeddings serve as the output matrix")
        }
        if !earlier.entries.isEmpty { MatrixOptions.warnOfOtherLengths(earlier.chunkLength, length) }
    }

    /// The matrices of earlier runs and what was collected in `chunks` chunks.
    private func matrix(
        _ collector: ImportanceCollector, chunks: Int, length: Int
    ) throws(ImportanceError) -> ImportanceMatrix {
        var matrix = try collector.matrix(chunkLength: length)
        matrix.chunkCount = chunks
        matrix.datasets = [name]
        var sum = earlier
        sum.chunkLength = length
        try sum.add(matrix)
        return sum
    }

    /// Writes a result. The matrix is wanted even if nobody reads the perplexity any more.
    private func show(_ text: String) throws {
        do {
            try StandardOutput.write(text)
        } catch {
            guard error == .closed else { throw error }
        }
    }
}
