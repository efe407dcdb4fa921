import ArgumentParser
import CommandSupport
import Evaluation
import Foundation
import Gemma
import Gemma4
import Logging
import Tensor

/// One run over a text.
struct Measurement: Sendable {
    let model: ModelSettings
    let base: BaseUse
    /// Not used if there is a saved run to compare with, which has its own tokens.
    let text: Data
    /// Nil for the default, 0 for the length the model was trained for.
    let chunkLength: Int?
    /// Nil for all chunks.
    let chunkLimit: Int?
    let isJSON: Bool

    private static let defaultChunkLength = 512

    func run() throws {
        let progress = ProgressLine()
        progress.show("loading \(model.file.lastPathComponent)")
        defer { progress.clear() }
        let pair = try Pair(target: model.file)
        progress.clear()
        switch base {
        case .none: try measure(pair, savingIn: nil)
        case .save(let url): try measure(pair, savingIn: url)
        case .compare(let url): try compare(pair, with: url)
        }
    }

    private func measure(_ pair: Pair, savingIn url: URL?) throws {
        let length = wantedLength(pair) ?? min(Self.defaultChunkLength, pair.trainedContextLength)
        // A document never contains control tokens. `<bos>` begins every sequence of this architecture.
        let tokens = pair.tokenizer.encode(text, parseSpecial: false)
        let chunks = try TokenChunks([pair.tokenizer.bos] + tokens, length: length, limit: chunkLimit)
        let reader = try reader(pair, chunks)
        let file = try url.map {
            try BaseFileWriter($0, chunks: chunks, vocabulary: pair.target.config.vocabularySize)
        }
        var perplexity = Perplexity()
        for chunk in 0..<chunks.count {
            try reader.read(chunks, chunk) { scored in
                try perplexity.add(scored, on: reader.context.compute.pool, savingIn: file)
            }
            try write(String(format: "[%d]%.4f,", chunk + 1, perplexity.value))
        }
        try file?.finish()
        try write(
            "\n" + String(format: "Final estimate: PPL = %.4f +/- %.5f\n", perplexity.value, perplexity.error))
        try writeJSON(PerplexityReport(perplexity, chunks, model))
    }

    private func compare(_ pair: Pair, with url: URL) throws {
        let file = try BaseFile(contentsOf: url, vocabulary: pair.target.config.vocabularySize)
        let chunks = file.chunks
        if let length = wantedLength(pair), length < chunks.length {
            throw EvaluationError.longerChunks(path: url.path, length: chunks.length, contextLength: length)
        }
        let reader = try reader(pair, chunks)
        var divergence = Divergence()
        try write(divergence.tableHeader)
        for chunk in 0..<min(chunks.count, chunkLimit ?? .max) {
            try reader.read(chunks, chunk) { scored in
                let positions = scored.firstPosition..<scored.firstPosition + scored.logits.count
                try file.withRows(ofChunk: chunk, positions: positions) { saved in
                    try divergence.add(scored, on: reader.context.compute.pool, comparingWith: saved)
                }
            }
            try write(divergence.tableLine(chunk: chunk + 1))
        }
        try write("\n" + divergence.summary)
        try writeJSON(DivergenceReport(divergence, chunks, model))
    }

    private func wantedLength(_ pair: Pair) -> Int? { chunkLength == 0 ? pair.trainedContextLength : chunkLength }

    private func reader(_ pair: Pair, _ chunks: TokenChunks) throws -> ChunkReader {
        if chunks.length > pair.trainedContextLength {
            Logger(label: "gemma").warning(
                """
                chunks of \(chunks.length) tokens are longer than the \(pair.trainedContextLength) the model was \
                trained for
                """
            )
        }
        let context = try TargetContext(
            pair.target, contextLength: chunks.length, batchLength: model.batchLength, cacheTypes: model.cacheTypes,
            compute: Compute(threadCount: model.threads, precision: model.precision))
        return ChunkReader(context, bos: pair.tokenizer.bos)
    }

    /// Writes lines for a person. If the reader has gone away, only a run that is being saved continues.
    private func write(_ text: String) throws {
        guard !isJSON else { return }
        do {
            try StandardOutput.write(text)
        } catch {
            guard error == .closed, case .save = base else { throw error }
        }
    }

    private func writeJSON(_ report: some Encodable) throws {
        guard isJSON else { return }
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        encoder.keyEncodingStrategy = .convertToSnakeCase
        encoder.nonConformingFloatEncodingStrategy = .convertToString(
            positiveInfinity: "inf", negativeInfinity: "-inf", nan: "nan")
        try StandardOutput.write(String(decoding: try encoder.encode(report), as: UTF8.self) + "\n")
    }
}
