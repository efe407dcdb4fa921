import Assistant
import Gemma4
import Sampling
import Speculative
import Tensor
import Testing

/// A text is the same alone and in company, bit by bit, whatever happens around it.
@Suite("Sequences in common passes")
struct CompanyTests {
    private let pair: StoryPair

    init() throws { pair = try StoryPair() }

    @Test("Whatever the schedule, each text is what it is alone", arguments: 0..<200)
    func schedules(seed: Int) throws {
        var schedule = Schedule(seed: UInt64(seed), pair)
        try schedule.run()
    }
}

/// Some texts that come and go, and are written in common passes: at random, from a seed.
private struct Schedule {
    private var random: Xoshiro256
    private let pair: StoryPair
    private let runner: DraftRunner
    private let pool: CachePool
    private let prefixes: PrefixCache
    private var writing: [Text] = []
    private var begun = 0
    /// Prompts so far, of which later ones may repeat a part.
    private var prompts: [[Int32]] = []

    private static let texts = 6
    private static let types = [
        CacheTypes(), CacheTypes(key: .q8_0, value: .q8_0), CacheTypes(key: .tbq4_0, value: .tbq4_0),
    ]

    private struct Text {
        let decoder: SpeculativeDecoder
        let prompt: [Int32]
        let sampling: SamplingOptions
        let count: Int
        /// Texts that were not given up are compared.
        var isWritten: Bool { decoder.tokens.count >= prompt.count + count }
    }

    init(seed: UInt64, _ pair: StoryPair) {
        random = Xoshiro256(seed: seed + 1)
        self.pair = pair
        do {
            let target = try TargetRunner(pair.target, batchLength: 96, compute: Compute(threadCount: 1))
            runner = try DraftRunner(pair.drafter, for: target, sequences: 1 + Int(seed % 4))
            pool = try CachePool(pair.target.config, types: Self.types[Int(seed % 3)])
        } catch {
            fatalError("\(error)")
        }
        prefixes = PrefixCache(pool, byteLimit: seed % 5 == 0 ? 40_000 : 1 << 24)
    }

    mutating func run() throws {
        while begun < Self.texts || !writing.isEmpty {
            if begun < Self.texts, writing.isEmpty || (writing.count < 4 && chance(0.3)) { try begin() }
            try disturb()
            try pass()
            for text in writing where text.isWritten { try compare(text) }
            writing.removeAll(where: \.isWritten)
        }
        prefixes.removeAll()
        #expect(pool.heldBytes == 0, "pages leak")
    }

    private mutating func chance(_ probability: Double) -> Bool { random.uniform() < probability }
    private mutating func number(_ range: ClosedRange<Int>) -> Int { .random(in: range, using: &random) }

    private mutating func begin() throws {
        var prompt = StoryPair.start
        // Half of the prompts go on like an earlier one.
        if chance(0.5), let earlier = prompts.randomElement(using: &random) {
            prompt = Array(earlier.prefix(number(1...earlier.count)))
        }
        let news = number(0...(chance(0.3) ? 120 : 20))
        for _ in 0..<news { prompt.append(Int32(number(300...900))) }
        prompt = Array(prompt.prefix(200))
        prompts.append(prompt)
        let sampling = SamplingOptions(temperature: chance(0.5) ? 0 : 0.8, topK: 40, seed: UInt64(begun))
        let text = Text(
            decoder: try decoder(sampling, prefixes, drafts: number(0...3)), prompt: prompt, sampling: sampling,
            count: number(1...24))
        _ = try text.decoder.replaceText(with: prompt, keepingWindowsBefore: [number(1...prompt.count), prompt.count])
        writing.append(text)
        begun += 1
    }

    private func decoder(
        _ sampling: SamplingOptions, _ prefixes: PrefixCache?, drafts: Int
    ) throws -> SpeculativeDecoder {
        let context = try TargetContext(runner.target, contextLength: 256, pool: pool)
        return try SpeculativeDecoder(
            target: context, drafter: drafts > 0 ? DraftContext(runner, context: context) : nil,
            sampler: Sampler(sampling), options: DraftOptions(length: drafts == 3 ? .automatic : .fixed(drafts)),
            prefixes: prefixes)
    }

    /// Gives up a text, or its memory.
    private mutating func disturb() throws {
        guard let index = writing.indices.randomElement(using: &random) else { return }
        if chance(0.03) {
            writing.remove(at: index)
        } else if chance(0.08) {
            writing[index].decoder.forgetReading()
            if chance(0.5) { writing[index].decoder.recallReading() }
        } else if chance(0.2) {
            let decoder = writing[index].decoder
            decoder.remember(at: decoder.target.cache.count)
        }
    }

    private mutating func pass() throws {
        var steps: [DecoderStep] = []
        for text in writing where chance(0.8) {
            let limit = text.prompt.count + text.count - text.decoder.tokens.count
            steps.append(
                text.decoder.hasUnreadPrompt
                    ? DecoderStep(.prompt, of: text.decoder, rows: number(1...20), limit: limit)
                    : DecoderStep(.round(.atMost(number(0...3))), of: text.decoder, rows: 5, limit: limit))
        }
        steps.shuffle(using: &random)
        for result in DecoderPass.run(steps).results { _ = try result.get() }
    }

    private func compare(_ text: Text) throws {
        let alone = try pair.decoder(
            drafts: 0, context: 256, cacheTypes: pool.types, sampling: text.sampling)
        let expected = try alone.decode(text.prompt, count: text.count)
        #expect(Array(text.decoder.tokens[text.prompt.count...].prefix(text.count)) == expected)
    }
}
