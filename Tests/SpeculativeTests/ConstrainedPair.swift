import BundledModel
import Constraint
import GGUF
import Sampling
import Speculative
import Testing
import Tokenizer

/// The bundled pair under constraints.
struct ConstrainedPair {
    let pair: StoryPair
    let tokenizer: BPETokenizer
    let vocabulary: ConstraintVocabulary

    init() throws {
        pair = try StoryPair()
        tokenizer = try BPETokenizer(GGUFFile(contentsOf: #require(BundledModel.target)))
        vocabulary = ConstraintVocabulary(tokenizer)
    }

    func text(_ grammar: Grammar) throws -> ConstrainedText {
        ConstrainedText(try ConstraintAutomaton(grammar, vocabulary: vocabulary))
    }

    /// A decoder with the prompt of the stories, which is not read yet.
    /// - Parameter isForcing: whether forced text is drafted.
    func decoder(
        _ grammar: Grammar, drafts: Int, isForcing: Bool, sampling: SamplingOptions = .init(temperature: 0),
        minimumProbability: Float = 0, coupling: DraftCoupling = .sharedNoise
    ) throws -> SpeculativeDecoder {
        let decoder = try pair.decoder(
            drafts: drafts, sampling: sampling, minimumProbability: minimumProbability, coupling: coupling)
        decoder.begin(
            sampler: Sampler(sampling), options: decoder.options, constraint: try text(grammar),
            forcedText: isForcing ? ForcedText(tokenizer) : nil)
        try decoder.appendPrompt(StoryPair.start)
        return decoder
    }
}

extension SpeculativeDecoder {
    /// Reads the prompt and decodes until there are `count` new tokens, or one of `ends`.
    func write(_ count: Int, ends: Set<Int32>) throws -> [Int32] {
        let first = tokens.count
        _ = try readPrompt()
        while tokens.count - first < count, !ends.contains(tokens[tokens.count - 1]) {
            _ = try round(limit: count - (tokens.count - first), stopTokens: ends)
        }
        return Array(tokens[first...])
    }
}

extension Grammar {
    static let letters = CharacterClass("a"..."z")
    static let words = letters.union(CharacterClass(" "))
    static let space = Expression.choice([.empty, .literal(" "), .literal("\n  ")])

    private static func member(_ key: String, _ value: Expression) -> Expression {
        .sequence([space, .literal("\"\(key)\""), space, .literal(":"), space, value, space])
    }

    private static let string = Expression.sequence([
        .literal("\""), .repetition(.characters(words), min: 0, max: 30), .literal("\""),
    ])

    /// A list of people with two members each.
    static let people: Grammar = {
        let person = Expression.sequence([
            .literal("{"), member("name", string), .literal(","), member("friend of", string), .literal("}"),
        ])
        let more = Expression.repetition(.sequence([.literal(","), space, person]), min: 2, max: 2)
        return Grammar(.sequence([.literal("["), space, person, more, space, .literal("]")]))
    }()

    /// Free text until ` lived`, then something else.
    static let trigger = Grammar(
        .sequence([
            .repetition(.token(TokenSet([1778], isNegated: true)), min: 0, max: nil), .token(TokenSet([1778])),
            .literal(" in the "), .repetition(.characters(letters), min: 2, max: 12), .literal(" of the king."),
        ]))

    static let sentence = Grammar(
        .sequence([
            .literal(" "), .repetition(.characters(words), min: 40, max: 80), .literal("."),
            .repetition(.literal("!"), min: 0, max: 2),
        ]))

    static let choices = Grammar(
        .choice([
            .literal(" there was a dragon who could not fly."), .literal(" there was a dragon who could not sing."),
            .literal(" nobody came."),
        ]))

    static let everything = Grammar(.repetition(.token(TokenSet([], isNegated: true)), min: 0, max: nil))
}
