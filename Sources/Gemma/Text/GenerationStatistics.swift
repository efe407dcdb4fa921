import Foundation
public import Speculative

/// Why a generation ended.
public enum FinishReason: String, Sendable, Hashable, Codable {
    /// The model ended the text.
    case endOfText
    /// The model wrote one of `GenerationOptions.stop`.
    case stopString
    /// `GenerationOptions.maximumResponseTokens` was reached.
    case maximumTokens
    /// The context is full.
    case contextFull
}

/// What the last generation of a session did and how long it took.
public struct GenerationStatistics: Sendable, Hashable {
    /// Tokens of the prompt that were read.
    public internal(set) var promptTokens = 0
    /// Tokens of the prompt that had been read before, for an earlier response that begins alike. They are not among
    /// `promptTokens`.
    public internal(set) var cachedPromptTokens = 0
    /// Time that reading the prompt took.
    public internal(set) var promptTime = Duration.zero
    /// Tokens that were generated; the first of them comes out of reading the prompt.
    public internal(set) var generatedTokens = 0
    /// Time from the first generated token on.
    public internal(set) var generationTime = Duration.zero
    /// Figures of drafting.
    public internal(set) var speculation = SpeculationStatistics()
    /// The estimates by which the number of drafts is chosen; nil if it is fixed or there is no drafter.
    public package(set) var draftEstimates: DraftEstimates?
    /// Nil while it has not ended, and where it was cancelled.
    public internal(set) var finishReason: FinishReason?

    /// Speed of reading the prompt.
    public var promptTokensPerSecond: Double { promptTime.rate(promptTokens) }

    /// Speed of the rounds after the prompt.
    public var generatedTokensPerSecond: Double { generationTime.rate(speculation.tokens) }
}

extension GenerationStatistics: CustomStringConvertible {
    public var description: String {
        var lines = [
            String(format: "prompt: %d tokens, %.1f tokens/s", promptTokens, promptTokensPerSecond),
            String(
                format: "generated: %d tokens, %.1f tokens/s, %.2f tokens per target pass", generatedTokens,
                generatedTokensPerSecond, speculation.tokensPerTargetPass),
        ]
        if let acceptance = speculation.acceptance {
            // Positions that only a few rounds drafted say little.
            let usual = speculation.draftedByPosition.prefix { $0 * 10 > speculation.draftedByPosition[0] }.count
            let positions = speculation.acceptanceByPosition.prefix(usual).map { String(format: "%.0f", $0 * 100) }
            lines.append(
                String(
                    format:
                        "drafts: %d of %d accepted (%.1f %%; by position %@ %%) in %d rounds, "
                        + "draft %.2f s, verify %.2f s",
                    speculation.accepted, speculation.drafted, acceptance * 100, positions.joined(separator: " / "),
                    speculation.rounds - speculation.forcedRounds,
                    speculation.draftTime.inSeconds, speculation.verifyTime.inSeconds))
        }
        if speculation.forcedRounds > 0 {
            lines.append(
                "forced text: \(speculation.forcedAccepted) of \(speculation.forcedDrafted) tokens accepted in "
                    + "\(speculation.forcedRounds) rounds")
        }
        if let draftEstimates, speculation.rounds > 0 { lines.append(draftLengthLine(draftEstimates)) }
        return lines.joined(separator: "\n")
    }

    /// The numbers of drafts that were chosen in more than a few rounds, and the figures that speak for them.
    private func draftLengthLine(_ estimates: DraftEstimates) -> String {
        let rounds = speculation.roundsByDraftLength
        func milliseconds(_ time: Duration) -> String { String(format: "%.1f", time.inSeconds * 1000) }
        let usual = rounds.indices.filter { rounds[$0] * 10 > speculation.rounds }
        var parts = usual.map { length in
            let times = [estimates.draftTimes[length], estimates.passTimes[length + 1]].compactMap { $0 }
            let cost = times.isEmpty ? "" : ", \(times.map(milliseconds).joined(separator: " + ")) ms"
            return "\(length) (\(rounds[length]) rounds\(cost))"
        }
        let others = speculation.rounds - speculation.forcedRounds - usual.reduce(0) { $0 + rounds[$1] }
        if others > 0 { parts.append("others (\(others))") }
        let chances = estimates.acceptanceByPosition.prefix(max(1, usual.last ?? 0))
            .map { String(format: "%.0f", $0 * 100) }
        let line =
            "draft length: auto, \(parts.joined(separator: ", "))"
            + (estimates.passTimes.isEmpty ? " at assumed costs" : "")
        guard !chances.isEmpty else { return line }
        return line + "; chance of each after the one before \(chances.joined(separator: " / ")) %"
    }
}

extension Duration {
    /// `count` per second; 0 for no time.
    fileprivate func rate(_ count: Int) -> Double { self == .zero ? 0 : Double(count) / inSeconds }
}
