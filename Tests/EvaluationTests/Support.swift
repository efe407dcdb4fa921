import BundledModel
import Evaluation
import Foundation
import GGUF
import Gemma4
import Tensor
import Testing
import Tokenizer

/// The bundled model, and a text that it reads in short chunks.
struct StoryText {
    let target: Target
    let chunks: TokenChunks

    static let bos: Int32 = 2

    init(chunkLength: Int = 20) throws {
        let file = try GGUFFile(contentsOf: #require(BundledModel.target))
        target = try Target(file)
        let text = """
            Once upon a time there was a grumpy girl who lived on the beach. Her name was Grace. Every afternoon, she \
            went out to dance in the rain. She lived in a hut with her uncle.
            """
        let tokens = try BPETokenizer(file).encode(text)
        chunks = try TokenChunks([Self.bos] + tokens, length: chunkLength)
    }

    func reader(batchLength: Int = 512, precision: ActivationPrecision = .bytes) throws -> ChunkReader {
        let context = try TargetContext(
            target, contextLength: chunks.length, batchLength: batchLength,
            compute: Compute(threadCount: 2, precision: precision))
        return ChunkReader(context, bos: Self.bos)
    }

    func perplexity(_ reader: ChunkReader, savingIn file: BaseFileWriter? = nil) throws -> Perplexity {
        var perplexity = Perplexity()
        for chunk in 0..<chunks.count {
            try reader.read(chunks, chunk) {
                try perplexity.add($0, on: reader.context.compute.pool, savingIn: file)
            }
        }
        return perplexity
    }

    func divergence(_ reader: ChunkReader, from file: BaseFile) throws -> Divergence {
        var divergence = Divergence()
        for chunk in 0..<file.chunks.count {
            try reader.read(file.chunks, chunk) { scored in
                let positions = scored.firstPosition..<scored.firstPosition + scored.logits.count
                try file.withRows(ofChunk: chunk, positions: positions) {
                    try divergence.add(scored, on: reader.context.compute.pool, comparingWith: $0)
                }
            }
        }
        return divergence
    }

    /// Saves a run at `url`.
    func save(_ reader: ChunkReader, at url: URL) throws {
        let writer = try BaseFileWriter(url, chunks: chunks, vocabulary: target.config.vocabularySize)
        _ = try perplexity(reader, savingIn: writer)
        try writer.finish()
    }
}

/// A folder that is deleted with the last reference.
final class TemporaryFolder {
    let url: URL

    init() throws {
        url = FileManager.default.temporaryDirectory.appendingPathComponent(UUID().uuidString)
        try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
    }

    deinit { try? FileManager.default.removeItem(at: url) }

    var names: [String] { get throws { try FileManager.default.contentsOfDirectory(atPath: url.path).sorted() } }
}

/// The kernels of an instruction set as a test's argument.
struct Form: Sendable, CustomTestStringConvertible {
    let kernels: any KernelSet.Type

    var testDescription: String { kernels.form.rawValue }

    /// Every form that this processor can run.
    static let all = Kernels.available.map { Form(kernels: $0) }
}
