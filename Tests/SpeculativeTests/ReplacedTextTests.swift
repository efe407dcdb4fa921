import Assistant
import Gemma4
import Sampling
import Speculative
import Tensor
import Testing

/// A text that is replaced by one with the same beginning is read from where they differ, and continues as if it had
/// been read from its own beginning.
@Suite("Replaced texts")
struct ReplacedTextTests {
    private let pair: StoryPair
    private let runner: DraftRunner
    private static let batch = 16  // and the window is 64

    init() throws {
        pair = try StoryPair()
        runner = try pair.runner(batch: Self.batch)
    }

    private func decoder(
        drafts: Int = 0, context: Int = 320, types: CacheTypes = .init(),
        sampling: SamplingOptions = .init(temperature: 0)
    ) throws -> SpeculativeDecoder {
        try pair.decoder(drafts: drafts, context: context, cacheTypes: types, sampling: sampling, runner: runner)
    }

    // MARK: - Turns of a chat

    @Test("Each turn of a chat reads what is new and nothing else, however long the answers", arguments: [0, 3])
    func turns(_ drafts: Int) throws {
        let decoder = try decoder(drafts: drafts)
        var transcript: [Int32] = [2]
        var expected = 0  // what can stay read
        for (turn, length) in [30, 5, 40, 9, 25].enumerated() {
            // Only the beginning of an answer is shown again, as where thoughts are dropped.
            let prompt = transcript + StoryPair.start + [Int32(400 + turn), 105, 106]
            let place = prompt.count - 2
            let reused = try decoder.replaceText(with: prompt, keepingWindowsBefore: [place])
            #expect(reused == expected)
            let answer = try decoder.decode([], count: length)
            #expect(answer == (try self.decoder().decode(prompt, count: length)))
            transcript = prompt.dropLast(2) + [500 + Int32(turn)] + answer.suffix(3)
            expected = place
        }
        #expect(decoder.prefixes.heldBytes > 0)
    }

    @Test("The same text again reads its last token, for another answer")
    func again() throws {
        let decoder = try decoder()
        let prompt = StoryPair.start + (300..<380)
        #expect(try decoder.replaceText(with: prompt, keepingWindowsBefore: [prompt.count]) == 0)
        let answer = try decoder.decode([], count: 60)
        for _ in 0..<2 {
            #expect(try decoder.replaceText(with: prompt) == prompt.count - 1)
            #expect(try decoder.decode([], count: 60) == answer)
        }
        // A text that goes on is read from its end, and so is the same or a shorter one: a round needs the state after
        // the token before, which may be of a token that is gone.
        for text in [decoder.tokens + [7, 8], decoder.tokens, Array(decoder.tokens.dropLast(3))] {
            let read = decoder.target.cache.count
            #expect(try decoder.replaceText(with: text) == min(read, text.count - 1))
            #expect(decoder.tokens == text && decoder.hasUnreadPrompt)
        }
    }

    @Test("A text that does not fit changes nothing")
    func contextFull() throws {
        let decoder = try decoder(context: 100)
        let answer = try decoder.decode(StoryPair.start, count: 20)
        let tokens = decoder.tokens
        #expect(throws: ModelError.contextFull(needed: 101, contextLength: 100)) {
            try decoder.replaceText(with: [Int32](repeating: 5, count: 101), keepingWindowsBefore: [3])
        }
        #expect(decoder.tokens == tokens && decoder.target.cache.count == tokens.count - 1)
        let more = try decoder.decode([], count: 20)
        #expect(try self.decoder().decode(StoryPair.start, count: 40) == answer + more)
        #expect(try decoder.replaceText(with: []) == 0)
        #expect(try decoder.decode(StoryPair.start, count: 20) == answer)
    }

    // MARK: - At random

    private static let types = [
        CacheTypes(), CacheTypes(key: .q8_0, value: .q8_0), CacheTypes(key: .tbq4_0, value: .tbq4_0),
    ]

    @Test("After any edit the tokens are those of a new decoder", arguments: types, [0, 3])
    func edits(_ types: CacheTypes, drafts: Int) throws {
        var generator = Xoshiro256(seed: UInt64(drafts) + 5)
        let decoder = try decoder(drafts: drafts, context: 512, types: types)
        var kept: [Int] = []
        var jumps = 0
        for turn in 0..<60 {
            let isGreedy = Bool.random(using: &generator)
            let sampling = SamplingOptions(
                temperature: isGreedy ? 0 : 0.8, topK: 40, seed: UInt64(turn))
            // Mostly near a position that was kept, sometimes anywhere.
            let old = decoder.tokens
            let near = (kept.randomElement(using: &generator) ?? 0) + .random(in: 0...3, using: &generator)
            let common = min(old.count, turn % 3 == 2 ? .random(in: 0...old.count, using: &generator) : near)
            let news = (0..<Int.random(in: 0...(turn % 4 == 0 ? 160 : 12), using: &generator)).map { _ in
                Int32.random(in: 300..<1000, using: &generator)
            }
            let text = Array(([2] + old.dropFirst()).prefix(min(max(common, 1), 250)) + news)
            let position = Int.random(in: text.count - 10...text.count + 30, using: &generator)

            let couldTruncate = decoder.target.cache.canTruncate(to: common)
            let reused = try decoder.replaceText(with: text, keepingWindowsBefore: [position])
            #expect(reused < text.count && reused == decoder.target.cache.count)
            #expect(decoder.tokens == text && decoder.hasUnreadPrompt)
            if !couldTruncate, reused > 0 { jumps += 1 }
            kept = kept.filter { $0 <= reused } + [min(position, text.count - 1)]

            decoder.begin(sampler: Sampler(sampling), options: decoder.options)
            if turn % 5 == 4 {
                // Given up while it is read.
                _ = try decoder.readPromptBatch()
                continue
            }
            let count = Int.random(in: 1...40, using: &generator)
            let answer = try decoder.decode([], count: count)
            let fresh = try self.decoder(drafts: drafts, context: 512, types: types, sampling: sampling)
            #expect(answer == (try fresh.decode(text, count: count)))
        }
        #expect(jumps > 4)
    }
}
