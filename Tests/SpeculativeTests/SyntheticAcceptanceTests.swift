import Sampling
import Speculative
import Testing

/// Drafts are made and verified, and a coin says how many are accepted.
@Suite("Synthetic acceptance")
struct SyntheticAcceptanceTests {
    private let pair: StoryPair

    init() throws { pair = try StoryPair() }

    private func decoder(
        _ rates: [Double], seed: UInt64 = 1, drafts: DraftLength = .fixed(4), context: Int = 2000
    ) throws -> SpeculativeDecoder {
        let decoder = try pair.decoder(drafts: 4, context: context)
        decoder.options = DraftOptions(
            length: drafts, syntheticAcceptance: try SyntheticAcceptance(rates: rates, seed: seed))
        try decoder.appendPrompt(StoryPair.start)
        _ = try decoder.readPrompt()
        return decoder
    }

    @Test("Each position is accepted as often as asked for, and never one beyond the rates")
    func frequencies() throws {
        let rates = [0.65, 0.42, 0.28]
        let decoder = try self.decoder(rates)
        let rounds = 400
        for _ in 0..<rounds { _ = try decoder.round(draftCount: 4) }
        let statistics = decoder.statistics
        #expect(statistics.draftedByPosition == [rounds, rounds, rounds, rounds])
        for (rate, accepted) in zip(rates, statistics.acceptedByPosition) {
            // Four standard deviations of a binomial; the seed is fixed.
            let deviation = (Double(rounds) * rate * (1 - rate)).squareRoot()
            #expect(abs(Double(accepted) - Double(rounds) * rate) < 4 * deviation)
        }
        #expect(statistics.acceptedByPosition[3] == 0)
        #expect(statistics.tokens == statistics.accepted + rounds)
        #expect(decoder.target.cache.count == decoder.tokens.count - 1)
    }

    @Test("All or nothing, and what follows an accepted draft is the target's choice there")
    func extremes() throws {
        let none = try decoder([])
        for _ in 0..<20 { #expect(try none.round(draftCount: 4).count == 1) }
        // With nothing accepted the text is the target's own.
        let plain = try pair.decoder(drafts: 0).decode(StoryPair.start, count: 21)
        #expect(Array(none.tokens.dropFirst(StoryPair.start.count)) == plain)

        let all = try decoder([1, 1, 1, 1])
        for _ in 0..<20 {
            let places = try all.round(draftCount: 4)
            #expect(places.count == 5)
            let replay = try pair.decoder(drafts: 0)
            try replay.appendPrompt(Array(all.tokens.prefix(places.upperBound - 1)))
            _ = try replay.readPrompt()
            #expect(replay.tokens.last == all.tokens.last)
        }
    }

    @Test("The same seed accepts the same, and rates may change during the text")
    func seeds() throws {
        func counts(_ seed: UInt64) throws -> [Int] {
            let decoder = try self.decoder([0.6, 0.4, 0.2], seed: seed)
            return try (0..<60).map { _ in try decoder.round(draftCount: 3).count }
        }
        #expect(try counts(5) == counts(5))
        #expect(try counts(5) != counts(6))

        let decoder = try self.decoder([])
        for _ in 0..<10 { #expect(try decoder.round(draftCount: 3).count == 1) }
        decoder.options.syntheticAcceptance = try SyntheticAcceptance(rates: [1, 1, 1], seed: 1)
        for _ in 0..<10 { #expect(try decoder.round(draftCount: 3).count == 4) }
    }

    @Test("With the automatic number of drafts nothing accepted means hardly any drafted")
    func automatic() throws {
        let decoder = try self.decoder([], drafts: .automatic)
        for _ in 0..<200 { _ = try decoder.round(limit: 100, stopTokens: []) }
        let statistics = decoder.statistics
        #expect(statistics.roundsByDraftLength.reduce(0, +) == 200)
        #expect(statistics.roundsByDraftLength[0] > 100)
        #expect(statistics.drafted > 0)
        #expect(decoder.draftLengthPolicy.map(DraftEstimates.init)?.passTimes[1] ?? .zero > .zero)
    }

    @Test("Rates that are not probabilities, or that rise, are refused with both numbers")
    func refusals() {
        #expect(throws: SpeculationError.invalidRates(position: 1, rate: 1.5, bound: 1)) {
            try SyntheticAcceptance(rates: [1.5], seed: 0)
        }
        #expect(throws: SpeculationError.invalidRates(position: 2, rate: -0.1, bound: 0.5)) {
            try SyntheticAcceptance(rates: [0.5, -0.1], seed: 0)
        }
        #expect(throws: SpeculationError.invalidRates(position: 3, rate: 0.5, bound: 0.4)) {
            try SyntheticAcceptance(rates: [0.5, 0.4, 0.5], seed: 0)
        }
        #expect(throws: SpeculationError.self) { try SyntheticAcceptance(rates: [.nan], seed: 0) }
    }
}
