import Foundation
import Gemma4
import Sampling
import Speculative
import Tensor
import Testing

/// With temperature 0 the drafter changes nothing but the time.
@Suite("Greedy speculation")
struct GreedyTests {
    private let pair: StoryPair

    init() throws { pair = try StoryPair() }

    /// Twenty beginnings, cut from a story.
    private static let prompts: [[Int32]] = {
        struct Expected: Decodable {
            let greedy: [Int32]
        }
        let url = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .appendingPathComponent("Fixtures/stories/long/expected.json")
        guard let data = try? Data(contentsOf: url), let story = try? JSONDecoder().decode(Expected.self, from: data)
        else { return [] }
        return (0..<20).map { [2] + story.greedy[1 + $0 * 9..<1 + $0 * 9 + 4 + $0 % 7] }
    }()

    @Test("The same 128 tokens for 1 to 5 drafts as for none, from 20 prompts", arguments: prompts.indices)
    func sameText(_ index: Int) throws {
        try #require(Self.prompts.count == 20)
        let prompt = Self.prompts[index]
        let plain = try pair.decoder(drafts: 0).decode(prompt, count: 128)
        #expect(plain.count == 128)
        for drafts in 1...5 {
            let decoder = try pair.decoder(drafts: drafts)
            #expect(try decoder.decode(prompt, count: 128) == plain)
            #expect(decoder.statistics.accepted > 0 && decoder.statistics.accepted < decoder.statistics.drafted)
        }
        #expect(try pair.decoder(drafts: 3).automatic().decode(prompt, count: 128) == plain)
    }

    /// Each type that the heads fit for both, and some pairs of different ones.
    private static let typePairs =
        CacheType.allCases.filter { $0.widthMultiple <= 32 }.map { CacheTypes(key: $0, value: $0) } + [
            CacheTypes(key: .q8_0, value: .tbq4_0), CacheTypes(key: .tbq3_0, value: .f16),
            CacheTypes(key: .f32, value: .q4_0), CacheTypes(key: .tbq4_0, value: .tbq3_0),
        ]

    @Test("The same text with drafts as without under every type of cache", arguments: typePairs)
    func cacheTypes(_ types: CacheTypes) throws {
        for prompt in Self.prompts.prefix(2) {
            let plain = try pair.decoder(drafts: 0, cacheTypes: types).decode(prompt, count: 180)
            for drafts in [1, 4] {
                let decoder = try pair.decoder(drafts: drafts, threads: 2, cacheTypes: types)
                #expect(try decoder.decode(prompt, count: 180) == plain)
                // A drafter that could not read the cache would guess nothing.
                #expect(try #require(decoder.statistics.acceptance) > 0.3)
            }
        }
    }

    @Test("The automatic number of drafts has figures to show, a fixed one has none")
    func estimates() throws {
        let decoder = try pair.decoder(drafts: 3).automatic()
        _ = try decoder.decode(StoryPair.start, count: 100)
        let estimates = try #require(decoder.draftLengthPolicy.map(DraftEstimates.init))
        #expect(estimates.passTimes[1] ?? .zero > .zero)
        #expect(!estimates.draftTimes.isEmpty && estimates.acceptanceByPosition.count >= 3)
        #expect(estimates.acceptanceByPosition.allSatisfy { (0...1).contains($0) })
        let statistics = decoder.statistics
        #expect(statistics.roundsByDraftLength.reduce(0, +) == statistics.rounds)
        #expect(try pair.decoder(drafts: 3).draftLengthPolicy == nil)
        #expect(try pair.decoder(drafts: 0).automatic().draftLengthPolicy == nil)
    }

    @Test("A stop token inside a draft ends the text there, and the text can continue after it")
    func stopToken() throws {
        let plain = try pair.decoder(drafts: 0).decode(StoryPair.start, count: 60)
        for place in 2..<24 {
            let stop = plain[place]
            let end = try #require(plain.firstIndex(of: stop))
            let decoder = try pair.decoder(drafts: 4)
            #expect(try decoder.decode(StoryPair.start, count: 60, stop: [stop]) == Array(plain[...end]))
            #expect(decoder.target.cache.count == decoder.tokens.count - 1)
            #expect(!decoder.hasUnreadPrompt)
            while decoder.tokens.count < StoryPair.start.count + 60 { _ = try decoder.round(limit: 1, stopTokens: []) }
            #expect(Array(decoder.tokens.dropFirst(5)) == plain)
        }
    }

    @Test("The context's end inside a draft ends the text there", arguments: [6, 7, 8, 9, 20, 21, 22, 23])
    func contextEnd(_ length: Int) throws {
        let plain = try pair.decoder(drafts: 0).decode(StoryPair.start, count: 40)
        let decoder = try pair.decoder(drafts: 5, context: length)
        #expect(try decoder.decode(StoryPair.start, count: 40) == Array(plain.prefix(length - 5)))
        #expect(decoder.room == 0)
    }

    @Test("No round gives more tokens than are wanted", arguments: [1, 2, 3, 4, 5])
    func limit(_ limit: Int) throws {
        let decoder = try pair.decoder(drafts: 5)
        try decoder.appendPrompt(StoryPair.start)
        _ = try decoder.readPrompt()
        for _ in 0..<10 { #expect(try decoder.round(limit: limit, stopTokens: []).count <= limit) }
    }

    @Test("A second prompt continues the text as if it had been one")
    func continuation() throws {
        let first = try pair.decoder(drafts: 3)
        let begun = try first.decode(StoryPair.start, count: 30)
        let more: [Int32] = [1874, 1192, 279]
        let continued = try first.decode(more, count: 30)
        let whole = try pair.decoder(drafts: 0).decode(StoryPair.start + begun + more, count: 30)
        #expect(continued == whole)
    }

    @Test("A prompt that does not fit is refused with both numbers, and nothing is lost")
    func promptTooLong() throws {
        let decoder = try pair.decoder(drafts: 3, context: 16)
        _ = try decoder.decode(StoryPair.start, count: 5)
        #expect(throws: (any Error).self) { try decoder.appendPrompt([Int32](repeating: 5, count: 7)) }
        #expect(decoder.tokens.count == 10)
        #expect(try decoder.round(limit: 1, stopTokens: []).count == 1)
    }

    @Test(
        "p-min ends a draft before an unsure step, and never changes the text",
        arguments: [0.3, 0.7, 0.95, 1] as [Float])
    func minimumProbability(_ minimum: Float) throws {
        let plain = try pair.decoder(drafts: 0).decode(StoryPair.start, count: 80)
        let all = try pair.decoder(drafts: 4)
        #expect(try all.decode(StoryPair.start, count: 80) == plain)
        let sure = try pair.decoder(drafts: 4, minimumProbability: minimum)
        #expect(try sure.decode(StoryPair.start, count: 80) == plain)
        let acceptance = try #require(all.statistics.acceptance)
        #expect(sure.statistics.drafted < all.statistics.drafted)
        #expect((sure.statistics.acceptance ?? 1) >= acceptance)
    }

    @Test("The figures add up")
    func statistics() throws {
        let decoder = try pair.decoder(drafts: 3)
        let text = try decoder.decode(StoryPair.start, count: 96)
        let figures = decoder.statistics
        #expect(figures.tokens == text.count - 1)  // the first one comes out of the prompt
        #expect(figures.tokens == figures.accepted + figures.rounds)
        #expect(figures.draftedByPosition.reduce(0, +) == figures.drafted)
        #expect(figures.acceptedByPosition == figures.acceptedByPosition.sorted(by: >))
        #expect(figures.tokensPerTargetPass == Double(figures.tokens) / Double(figures.rounds))
        #expect(figures.draftTime > .zero && figures.verifyTime > .zero)
    }
}
