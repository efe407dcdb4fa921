import Foundation
import Platform
internal import Tensor

/// The perplexity of a text: the exponential of the mean of -log(probability of the token that actually follows).
package struct Perplexity: Sendable {
    private var loss = RunningMean()  // in nats

    package init() {}

    package var positionCount: Int { loss.count }
    package var value: Double { exp(loss.mean) }
    /// The standard error of `value`.
    package var error: Double { value * loss.error }

    mutating func add(logProbability: Double) { loss.add(-logProbability) }

    /// Adds the positions of `scored`.
    /// - Parameter file: receives the log probabilities; nil if they are not saved.
    /// - Throws: `ModelError.notANumber`, or `EvaluationError.cannotWrite`.
    package mutating func add(
        _ scored: ChunkReader.Scored, on pool: ThreadPool, savingIn file: BaseFileWriter? = nil
    ) throws {
        let scores = try scored.scores(on: pool, saving: file?.rows(scored.logits.count))
        for score in scores { add(logProbability: score.logProbability) }
        try file?.writeRows(scored.logits.count)
    }
}
