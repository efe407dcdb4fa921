import Foundation
import Platform
internal import Tensor

/// How far a run differs from a saved one on the same text.
package struct Divergence: Sendable {
    /// Of the run.
    package private(set) var perplexity = Perplexity()
    /// Of the saved run.
    package private(set) var savedPerplexity = Perplexity()
    /// log(perplexity / saved perplexity).
    package private(set) var logRatio = RunningMean()
    /// The Kullback-Leibler divergence of the run's probabilities from the saved ones, in nats.
    package private(set) var mean = RunningMean()
    /// The squared difference between both runs' probabilities of the token that actually follows.
    private var squaredDifference = RunningMean()
    private var sameTop = RunningMean()
    private var values: [Double] = []

    package init() {}

    /// Adds the positions of `scored`, whose rows in the saved run are `saved`.
    /// - Throws: `ModelError.notANumber`.
    package mutating func add(
        _ scored: ChunkReader.Scored, on pool: ThreadPool, comparingWith saved: UnsafeRawBufferPointer
    ) throws {
        for score in try scored.scores(on: pool, comparingWith: saved) {
            guard let comparison = score.comparison else { continue }
            add(score.logProbability, comparison)
        }
    }

    private mutating func add(_ logProbability: Double, _ comparison: PositionScore.Comparison) {
        perplexity.add(logProbability: logProbability)
        savedPerplexity.add(logProbability: comparison.savedLogProbability)
        logRatio.add(comparison.savedLogProbability - logProbability)
        mean.add(comparison.divergence)
        let difference = exp(logProbability) - exp(comparison.savedLogProbability)
        squaredDifference.add(difference * difference)
        sameTop.add(comparison.isSameTop ? 1 : 0)
        values.append(comparison.divergence)
    }

    /// The share of positions at which both runs have the same most probable token.
    package var sameTopShare: Double { sameTop.mean }
    package var sameTopError: Double { sameTop.error }

    /// The root mean square difference between both runs' probabilities of the token that actually follows.
    package var rmsDifference: Double { squaredDifference.mean.squareRoot() }
    /// The standard error of `rmsDifference`.
    package var rmsDifferenceError: Double {
        rmsDifference > 0 ? squaredDifference.error / (2 * rmsDifference) : 0
    }

    /// Percentiles of the divergence: 0.5 gives the median, 1 the maximum. Values between two positions are
    /// interpolated. All are zero if there are no positions.
    package func percentiles(_ shares: [Double]) -> [Double] {
        guard !values.isEmpty else { return shares.map { _ in 0 } }
        let sorted = values.sorted()
        return shares.map { share in
            let place = min(max(share, 0), 1) * Double(sorted.count - 1)
            let index = Int(place)
            let next = sorted[min(index + 1, sorted.count - 1)]
            return sorted[index] + (place - Double(index)) * (next - sorted[index])
        }
    }
}
