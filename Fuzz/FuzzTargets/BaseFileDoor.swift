import Evaluation
internal import GGUF
import Platform
import Tensor

/// Reads a saved run of gemma-perplexity, and compares every row with fixed logits.
enum BaseFileDoor {
    private static let vocabulary = 20

    static func run(_ input: [UInt8]) throws {
        let file = try BaseFile(ByteRegion(input), path: "base", vocabulary: vocabulary)
        let logits = (0..<vocabulary).map { Float($0 % 7) - 3 }
        let rowBytes = LogProbabilityCodes.byteCount(vocabulary)
        for chunk in 0..<file.chunks.count {
            try file.withRows(ofChunk: chunk, positions: file.chunks.scoredPositions) { rows in
                for row in stride(from: 0, to: rows.count, by: rowBytes) {
                    let saved = LogProbabilityCodes(rows.baseAddress! + row, count: vocabulary)
                    let divergence = logits.withUnsafeBufferPointer {
                        saved.divergence(of: LogSoftmax($0)).divergence
                    }
                    guard !divergence.isNaN, saved[vocabulary - 1].isFinite else {
                        throw Violation("a valid row gives a divergence of \(divergence)")
                    }
                }
            }
        }
    }

    /// Two chunks of four tokens, each with one scored position.
    static let seeds: [(name: String, bytes: [UInt8])] = {
        let numbers: [Int32] = [4, Int32(vocabulary), 2] + (0..<8).map { $0 }
        let logits = (0..<vocabulary).map { Float($0 % 5) }
        var row = [UInt8](repeating: 0, count: LogProbabilityCodes.byteCount(vocabulary))
        logits.withUnsafeBufferPointer { logits in
            row.withUnsafeMutableBytes { LogProbabilityCodes.encode(LogSoftmax(logits), into: $0.baseAddress!) }
        }
        let header = Array("_logits_".utf8) + numbers.flatMap { withUnsafeBytes(of: $0.littleEndian, Array.init) }
        return [("two-chunks", header + row + row)]
    }()
}
