import CommandSupport
import Evaluation
import Foundation

// Lines and names are those of llama-perplexity, with more digits, since divergences down to 1e-9 are meaningful.

extension Divergence {
    var tableHeader: String {
        "chunk             PPL               ln(PPL(Q)/PPL(base))          KL Divergence"
            + "              Δp RMS            Same top p\n"
    }

    /// The figures so far.
    func tableLine(chunk: Int) -> String {
        String(format: "%4d", chunk)
            + String(format: "    %9.4f ± %9.4f", perplexity.value, perplexity.error)
            + String(format: "    %10.5f ± %10.5f", logRatio.mean, logRatio.error)
            + String(format: "    %10.7f ± %10.7f", mean.mean, mean.error)
            + String(format: "    %6.3f ± %6.3f %%", 100 * rmsDifference, 100 * rmsDifferenceError)
            + String(format: "    %6.3f ± %6.3f %%\n", 100 * sameTopShare, 100 * sameTopError)
    }

    var summary: String {
        let places = percentiles([1, 0.999, 0.99, 0.95, 0.9, 0.5, 0.1, 0])
        let names = ["Maximum", "99.9%  ", "99.0%  ", "95.0%  ", "90.0%  ", "Median ", "10.0%  ", "Minimum"]
        return "====== Perplexity statistics ======\n"
            + String(format: "Mean PPL(Q)                   : %10.6f ± %10.6f\n", perplexity.value, perplexity.error)
            + String(
                format: "Mean PPL(base)                : %10.6f ± %10.6f\n", savedPerplexity.value,
                savedPerplexity.error)
            + String(format: "Mean ln(PPL(Q)/PPL(base))     : %10.6f ± %10.6f\n", logRatio.mean, logRatio.error)
            + "\n====== KL divergence statistics ======\n"
            + String(format: "Mean    KLD: %12.9f ± %12.9f\n", mean.mean, mean.error)
            + zip(names, places).map { name, value in "\(name) KLD: " + String(format: "%12.9f\n", value) }.joined()
            + "\n====== Token probability statistics ======\n"
            + String(format: "RMS Δp    : %6.3f ± %5.3f %%\n", 100 * rmsDifference, 100 * rmsDifferenceError)
            + String(format: "Same top p: %6.3f ± %5.3f %%\n", 100 * sameTopShare, 100 * sameTopError)
    }
}

/// The settings of a run, for programs.
private struct Conditions: Encodable {
    let model: String
    let contextLength: Int
    let cacheTypeK: String
    let cacheTypeV: String
    let exact: Bool

    init(_ chunks: TokenChunks, _ model: ReadingSettings) {
        self.model = model.file.path
        contextLength = chunks.length
        cacheTypeK = model.cacheTypes.key.rawValue
        cacheTypeV = model.cacheTypes.value.rawValue
        exact = model.precision == .floats
    }
}

struct PerplexityReport: Encodable {
    private let conditions: Conditions
    private let scoredTokens: Int
    private let perplexity: Double
    private let perplexityError: Double

    init(_ perplexity: Perplexity, _ chunks: TokenChunks, _ model: ReadingSettings) {
        conditions = Conditions(chunks, model)
        scoredTokens = perplexity.positionCount
        self.perplexity = perplexity.value
        perplexityError = perplexity.error
    }
}

struct DivergenceReport: Encodable {
    private let conditions: Conditions
    private let scoredTokens: Int
    private let perplexity: Double
    private let perplexityError: Double
    private let basePerplexity: Double
    private let basePerplexityError: Double
    private let kldMean: Double
    private let kldMeanError: Double
    private let kldMedian: Double
    private let kld99: Double
    private let kldMaximum: Double
    private let sameTop: Double
    private let sameTopError: Double

    init(_ divergence: Divergence, _ chunks: TokenChunks, _ model: ReadingSettings) {
        let percentiles = divergence.percentiles([0.5, 0.99, 1])
        conditions = Conditions(chunks, model)
        scoredTokens = divergence.perplexity.positionCount
        perplexity = divergence.perplexity.value
        perplexityError = divergence.perplexity.error
        basePerplexity = divergence.savedPerplexity.value
        basePerplexityError = divergence.savedPerplexity.error
        kldMean = divergence.mean.mean
        kldMeanError = divergence.mean.error
        kldMedian = percentiles[0]
        kld99 = percentiles[1]
        kldMaximum = percentiles[2]
        sameTop = divergence.sameTopShare
        sameTopError = divergence.sameTopError
    }
}
