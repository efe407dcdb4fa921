import BundledModel
import Evaluation
import Foundation
import GGUF
import Gemma4
import ImportanceMatrix
import Platform
import Tensor
import Testing
import Tokenizer

enum Fixtures {
    private static let tests = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    static let folder = tests.appendingPathComponent("Fixtures")
    static let shared = tests.deletingLastPathComponent().appendingPathComponent("../shared").standardizedFileURL

    /// llama-imatrix's matrix of the small model in F16, 4 chunks of 512 tokens of `text`.
    static let matrix = folder.appendingPathComponent("imatrix/tiny-imatrix.gguf")
    static let text = folder.appendingPathComponent("stories/held-out.txt")

    static func target(_ name: String) -> URL { folder.appendingPathComponent("\(name)/target.gguf") }
}

/// A folder that is deleted with the last reference.
final class Folder {
    let url = FileManager.default.temporaryDirectory.appendingPathComponent(UUID().uuidString, isDirectory: true)

    init() throws { try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true) }

    deinit { try? FileManager.default.removeItem(at: url) }

    func file(_ name: String) -> URL { url.appendingPathComponent(name) }
}

extension ImportanceMatrix {
    /// What a model leaves in a collector as it reads `chunks`.
    init(_ file: GGUFFile, chunks: TokenChunks, bos: Int32 = 2, includesOutput: Bool = false) throws {
        let compute = Compute(threadCount: 2, precision: .floats)
        let context = try TargetContext(
            Target(file), contextLength: chunks.length, batchLength: 256,
            cacheTypes: CacheTypes(key: .f32, value: .f32), compute: compute)
        let collector = try ImportanceCollector(file, includesOutput: includesOutput, pool: compute.pool)
        compute.observer = collector
        let reader = ChunkReader(context, bos: bos)
        for chunk in 0..<chunks.count { try reader.readThroughout(chunks, chunk, logits: .none) { _ in } }
        self = try collector.matrix(chunkLength: chunks.length)
    }

    /// The largest relative difference of a column's weight from that of `other`, over the tensors that are included.
    /// Columns that hardly count, where GELU is 1e-9 or a table of halves says 0, are compared with their tensor's
    /// mean.
    func largestDifference(from other: ImportanceMatrix, where isIncluded: (String) -> Bool) -> Float {
        var largest: Float = 0
        for (name, entry) in other.entries where isIncluded(name) {
            guard let own = entries[name]?.weights, own.count == entry.sums.count else { return .infinity }
            let mean = entry.weights.reduce(0, +) / Float(own.count)
            for (a, b) in zip(own, entry.weights) { largest = max(largest, abs(a - b) / max(a, b, 1e-6 * mean)) }
        }
        return largest
    }
}
