import ArgumentParser
import CommandSupport
import Evaluation
import Foundation
import Gemma
import Gemma4
import Tensor

/// One run over a text.
struct Measurement: Sendable {
    let settings: ReadingSettings
    let base: BaseUse
    /// Not used if there is a saved run to compare with, which has its own tokens.
    let text: Data
    let chunking: ChunkOptions
    let isJSON: Bool

    func run() throws {
        let progress = ProgressLine()
        progress.show("loading \(settings.file.lastPathComponent)")
        defer { progress.clear() }
        let model = try GemmaModel(contentsOf: settings.file)
        progress.clear()
        switch base {
        case .none: try measure(model, savingIn: nil)
        case .save(let url): try measure(model, savingIn: url)
        case .compare(let url): try compare(model, with: url)
        }
    }

    private func measure(_ model: GemmaModel, savingIn url: URL?) throws {
        let length = chunking.length(trained: model.trainedContextLength)
        // A document never contains control tokens. `<bos>` begins every sequence of this architecture.
        let tokens = model.tokenizer.encode(text, parseSpecial: false)
        let chunks = try TokenChunks([model.tokenizer.bos] + tokens, length: length, limit: chunking.limit)
        let reader = try settings.reader(model, chunks)
        let file = try url.map {
            try BaseFileWriter($0, chunks: chunks, vocabulary: model.target.config.vocabularySize)
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
        try writeJSON(PerplexityReport(perplexity, chunks, settings))
    }

    private func compare(_ model: GemmaModel, with url: URL) throws {
        let file = try BaseFile(contentsOf: url, vocabulary: model.target.config.vocabularySize)
        let chunks = file.chunks
        if let length = chunking.statedLength(trained: model.trainedContextLength), length < chunks.length {
            throw EvaluationError.longerChunks(path: url.path, length: chunks.length, contextLength: length)
        }
        let reader = try settings.reader(model, chunks)
        var divergence = Divergence()
        try write(divergence.tableHeader)
        for chunk in 0..<min(chunks.count, chunking.limit ?? .max) {
            try reader.read(chunks, chunk) { scored in
                let positions = scored.firstPosition..<scored.firstPosition + scored.logits.count
                try file.withRows(ofChunk: chunk, positions: positions) { saved in
                    try divergence.add(scored, on: reader.context.compute.pool, comparingWith: saved)
                }
            }
            try write(divergence.tableLine(chunk: chunk + 1))
        }
        try write("\n" + divergence.summary)
        try writeJSON(DivergenceReport(divergence, chunks, settings))
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
