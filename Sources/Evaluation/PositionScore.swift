import Gemma4
import Platform
internal import Tensor

/// How well a model predicted one position of a text.
struct PositionScore {
    /// Of the token that actually follows, in nats.
    var logProbability = 0.0
    /// Compared with a saved run; otherwise nil.
    var comparison: Comparison?

    struct Comparison {
        let savedLogProbability: Double
        /// The KL divergence of the model's probabilities from the saved ones, in nats.
        let divergence: Double
        /// Whether both have the same most probable token.
        let isSameTop: Bool
    }
}

extension ChunkReader.Scored {
    /// Computes the scores of all positions, on all threads.
    /// - Parameters:
    ///   - saved: the rows of a saved run for these positions, to compare with.
    ///   - codes: a buffer for the rows to save, large enough for all of them.
    /// - Throws: `ModelError.notANumber`.
    func scores(
        on pool: ThreadPool, comparingWith saved: UnsafeRawBufferPointer? = nil,
        saving codes: UnsafeMutableRawBufferPointer? = nil
    ) throws -> [PositionScore] {
        var scores = [PositionScore](repeating: PositionScore(), count: logits.count)
        scores.withUnsafeMutableBufferPointer { scores in
            next.withUnsafeBufferPointer { next in
                pool.run(
                    ScoringJob(
                        logits: logits, next: next, saved: saved?.baseAddress, codes: codes?.baseAddress,
                        rowBytes: LogProbabilityCodes.byteCount(logits.width), scores: scores),
                    count: logits.count)
            }
        }
        if let bad = scores.firstIndex(where: { !$0.logProbability.isFinite }) {
            throw ModelError.notANumber(position: firstPosition + bad)
        }
        return scores
    }
}

/// Scores one position in each piece.
private struct ScoringJob: ParallelJob {
    let logits: Rows  // [positions, vocab]
    let next: UnsafeBufferPointer<Int32>  // [positions]
    let saved: UnsafeRawPointer?  // [positions, rowBytes]
    let codes: UnsafeMutableRawPointer?  // [positions, rowBytes]
    let rowBytes: Int
    let scores: UnsafeMutableBufferPointer<PositionScore>  // [positions]

    func run(_ index: Int, thread: Int) {
        let row = LogSoftmax(logits.row(index))
        guard row.isFinite else {
            scores[index].logProbability = .nan
            return
        }
        let token = Int(next[index])
        scores[index].logProbability = row[token]
        if let codes { LogProbabilityCodes.encode(row, into: codes + index * rowBytes) }
        if let saved {
            let base = LogProbabilityCodes(saved + index * rowBytes, count: row.logits.count)
            let (divergence, isSameTop) = base.divergence(of: row)
            scores[index].comparison = .init(
                savedLogProbability: base[token], divergence: divergence, isSameTop: isSameTop)
        }
    }
}
