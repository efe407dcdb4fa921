import Constraint
import Gemma4
import Sampling
import Speculative
import Testing

/// With temperature 0 neither the drafter nor drafts of forced text change a constrained text.
@Suite("Constrained decoding")
struct ConstrainedTests {
    private let model: ConstrainedPair
    private var ends: Set<Int32> { model.tokenizer.endOfGeneration }

    init() throws { model = try ConstrainedPair() }

    private static let grammars: [(name: String, grammar: Grammar)] = [
        ("people", .people), ("trigger", .trigger), ("sentence", .sentence), ("choices", .choices),
    ]

    @Test("The text is the same for 0 to 5 drafts, with drafts of forced text and without", arguments: grammars.indices)
    func sameText(_ index: Int) throws {
        let (name, grammar) = Self.grammars[index]
        let plain = try model.decoder(grammar, drafts: 0, isForcing: false).write(200, ends: ends)
        #expect(ends.contains(try #require(plain.last)))
        var text = try model.text(grammar)
        for token in plain {
            let fits = try text.append(token)
            #expect(fits)
        }
        for drafts in 0...5 {
            for isForcing in [false, true] where drafts > 0 || isForcing {
                let decoder = try model.decoder(grammar, drafts: drafts, isForcing: isForcing)
                #expect(try decoder.write(200, ends: ends) == plain)
                let figures = decoder.statistics
                if drafts > 0, !isForcing { #expect(figures.accepted > 0 && figures.forcedDrafted == 0) }
                // In a sentence nothing is forced.
                if drafts == 0 { #expect(figures.drafted == 0 && (figures.forcedAccepted > 0) == (name != "sentence")) }
            }
        }
        #expect(try model.decoder(grammar, drafts: 3, isForcing: true).automatic().write(200, ends: ends) == plain)
        let sure = try model.decoder(grammar, drafts: 3, isForcing: true, minimumProbability: 0.5)
        #expect(try sure.write(200, ends: ends) == plain)
    }

    @Test("A constraint that admits everything changes nothing")
    func everything() throws {
        let free = try model.pair.decoder(drafts: 0).decode(StoryPair.start, count: 60)
        for drafts in [0, 3] {
            let text = try model.decoder(.everything, drafts: drafts, isForcing: true).write(60, ends: [])
            #expect(text == free)
        }
    }

    @Test("A constraint begins at the token that switches it on, even if that is a draft")
    func trigger() throws {
        for drafts in 0...5 {
            let decoder = try model.decoder(.trigger, drafts: drafts, isForcing: true)
            let tokens = try decoder.write(100, ends: ends)
            let story = model.tokenizer.decode(tokens.dropLast(), special: false)
            #expect(story.contains(/lived in the [a-z]{2,12} of the king\.$/), "\(story)")
        }
    }

    @Test("Where the text stands follows the text and nothing else")
    func standing() throws {
        for (drafts, isForcing) in [(0, false), (4, false), (4, true), (0, true)] {
            let decoder = try model.decoder(.people, drafts: drafts, isForcing: isForcing)
            var text = try model.text(.people)
            var seen = decoder.tokens.count
            _ = try decoder.readPrompt()
            while true {
                for token in decoder.tokens[seen...] { _ = try text.append(token) }
                seen = decoder.tokens.count
                let standing = try #require(decoder.constraint)
                #expect(standing.mayEnd == text.mayEnd && standing.hasEnded == text.hasEnded)
                if text.hasEnded { break }
                let (found, expected) = (try standing.mask(), try text.mask())
                #expect((0..<2464).allSatisfy { found.contains($0) == expected.contains($0) })
                _ = try decoder.round(limit: 100, stopTokens: ends)
            }
        }
    }

    @Test("Forced text takes fewer passes, without a drafter and with one", arguments: [0, 3])
    func passes(_ drafts: Int) throws {
        func passes(isForcing: Bool) throws -> Int {
            let decoder = try model.decoder(.trigger, drafts: drafts, isForcing: isForcing)
            _ = try decoder.write(200, ends: ends)
            let figures = decoder.statistics
            #expect(figures.tokens == figures.rounds + figures.accepted + figures.forcedAccepted)
            #expect(figures.roundsByDraftLength.reduce(0, +) == figures.rounds - figures.forcedRounds)
            #expect(figures.forcedRounds <= figures.forcedDrafted)
            return figures.rounds
        }
        let (forced, free) = (try passes(isForcing: true), try passes(isForcing: false))
        // With a drafter that drafts the same there is nothing to gain.
        #expect(drafts == 0 ? forced < free : forced <= free)
    }

    @Test("A limit on the tokens completes the text within it", arguments: [20, 30, 45])
    func limit(_ limit: Int) throws {
        let plain = try model.decoder(.sentence, drafts: 0, isForcing: false).write(limit, ends: ends)
        let last = try #require(plain.last)
        #expect(plain.count <= limit && ends.contains(last))
        for drafts in [0, 4] {
            #expect(try model.decoder(.sentence, drafts: drafts, isForcing: true).write(limit, ends: ends) == plain)
        }
    }

    // MARK: - Ends and errors

    @Test("Where only the end may follow the text ends, even if the end is not to be drawn", arguments: [0, 3])
    func end(_ drafts: Int) throws {
        let biases = Dictionary(uniqueKeysWithValues: ends.map { ($0, -Float.infinity) })
        let sampling = SamplingOptions(temperature: 0, logitBias: biases)
        let decoder = try model.decoder(.choices, drafts: drafts, isForcing: true, sampling: sampling)
        let tokens = try decoder.write(100, ends: ends)
        #expect(ends.contains(try #require(tokens.last)))
        #expect(tokens == (try model.decoder(.choices, drafts: 0, isForcing: false).write(100, ends: ends)))
        // Nothing follows the end.
        let text = decoder.tokens
        #expect(throws: ConstraintError.nothingFits) { try decoder.round(limit: 5, stopTokens: []) }
        #expect(decoder.tokens == text)
    }

    @Test("A token that fits but may not be drawn is an error, and the text stays as it was", arguments: [0, 3])
    func nothingFits(_ drafts: Int) throws {
        let grammar = Grammar(
            .sequence([.repetition(.characters(Grammar.words), min: 4, max: 4), .token(TokenSet([7])), .literal("a")]))
        let sampling = SamplingOptions(temperature: 0, logitBias: [7: -.infinity])
        let decoder = try model.decoder(grammar, drafts: drafts, isForcing: true, sampling: sampling)
        #expect(throws: ConstraintError.nothingFits) { try decoder.write(100, ends: ends) }
        for _ in 0..<2 {
            let text = decoder.tokens
            #expect(throws: ConstraintError.nothingFits) { try decoder.round(limit: 10, stopTokens: ends) }
            #expect(decoder.tokens == text && decoder.target.cache.count == text.count - 1)
        }
        // The first token of a text.
        let first = try model.decoder(
            Grammar(.token(TokenSet([7]))), drafts: drafts, isForcing: true, sampling: sampling)
        for _ in 0..<2 {
            #expect(throws: ConstraintError.nothingFits) { try first.readPrompt() }
            #expect(first.tokens == StoryPair.start && first.hasUnreadPrompt)
        }
    }

    @Test(
        "Cancelled between drafts and verification, the text continues as if nothing had happened", arguments: [0, 4])
    func cancelledRound(_ drafts: Int) async throws {
        let plain = try model.decoder(.trigger, drafts: 0, isForcing: false).write(200, ends: ends)
        let decoder = try model.decoder(.trigger, drafts: drafts, isForcing: true)
        await cancelled { _ = try decoder.readPrompt() }
        _ = try decoder.readPrompt()
        while !ends.contains(decoder.tokens[decoder.tokens.count - 1]) {
            let left = 200 + StoryPair.start.count - decoder.tokens.count
            await cancelled { _ = try decoder.round(limit: left, stopTokens: ends) }
            _ = try decoder.round(limit: left, stopTokens: ends)
        }
        #expect(Array(decoder.tokens.dropFirst(StoryPair.start.count)) == plain)
    }
}
