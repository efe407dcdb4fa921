import Foundation
internal import GGUF
internal import Tokenizer

/// The tensors of a scripted model: those that its drafter has too, and its keys and values.
///
/// The weights of the norms keep all codes at the size that the embeddings' have.
struct ScriptedWeights: Sendable {
    private let rules: [NextToken]
    private let codes: SignCodes
    private let vocabularySize: Int

    init(rules: [NextToken], vocabularySize: Int) throws(ScriptError) {
        self.rules = rules
        self.vocabularySize = vocabularySize
        codes = try SignCodes(rules.flatMap { $0.context + [$0.next] })
    }

    // MARK: - Sizes

    var width: Int { codes.width }
    /// One for each earlier token.
    var headCount: Int { Script.contextLength - 1 }
    /// Where embeddings have a one.
    var one: Int { width * Script.contextLength }
    /// A multiple of the block length of most formats.
    var embedding: Int { one + 32 }
    var feedForward: Int { (rules.count + 31) / 32 * 32 }

    // MARK: - Layer

    static let rotaryBase: Float = 1e4
    /// Pairs of a head's channels that are used. Their frequencies differ, so that their cosines agree on one place.
    private static let pairs = 4
    /// Makes the score of the right place larger by 40, and more, than that of another.
    private static let sharpness: Float = 8
    /// How much louder than the codes of the tokens the next token's is.
    private static let loudness: Float = 1000
    /// What a longer context is louder by, for each token.
    private static let contextFactor: Float = 16
    /// The logit of the next token, before the cap.
    private static let logit: Float = 90

    func addLayer(to writer: inout GGUFWriter) throws(GGUFError) {
        let root = Float(embedding).squareRoot()
        try writer.add(matrix: "token_embd", vocabularySize, embedding) { token in
            entries(codes[TokenID(token)]) + [Entry(one)]
        }
        try addAttention(to: &writer)
        try addRules(to: &writer)
        try writer.add(vector: "output_norm", embedding) { column in
            column < width ? Self.logit / (root * Float(width).squareRoot()) : 0
        }
    }

    /// A code in the block of its place, 0 for the last token's.
    private func entries(_ code: [Float], place: Int = 0) -> [Entry] {
        code.enumerated().map { Entry(place * width + $0, $1) }
    }

    // MARK: - Attention

    /// The rotation turns a key by its position, and a query by its own less the places that it looks back.
    private func addAttention(to writer: inout GGUFWriter) throws(GGUFError) {
        try writer.add(vector: "blk.0.attn_norm", embedding) { _ in 1 }
        try writer.add(matrix: "blk.0.attn_q", headCount * width, embedding) { row in
            let (head, channel) = row.quotientAndRemainder(dividingBy: width)
            let pair = channel % (width / 2)
            guard pair < Self.pairs else { return [] }
            let angle = Float(head + 1) * pow(Self.rotaryBase, -2 * Float(pair) / Float(width))
            return [Entry(one, channel < width / 2 ? cos(angle) : -sin(angle))]
        }
        try writer.add(vector: "blk.0.attn_q_norm", width) { _ in Self.sharpness }
        try writer.add(matrix: "blk.0.attn_output", embedding, headCount * width) { row in
            (width..<one).contains(row) ? [Entry(row - width)] : []
        }
        // As large as the codes of the embeddings.
        let norm = Float(headCount * width).squareRoot()
        try writer.add(vector: "blk.0.post_attention_norm", embedding) { _ in norm }
    }

    func addKeysAndValues(to writer: inout GGUFWriter) throws(GGUFError) {
        try writer.add(matrix: "blk.0.attn_k", width, embedding) { $0 < Self.pairs ? [Entry(one)] : [] }
        try writer.add(vector: "blk.0.attn_k_norm", width) { _ in 1 }
        try writer.add(matrix: "blk.0.attn_v", width, embedding) { [Entry($0)] }
    }

    // MARK: - Rules

    private func addRules(to writer: inout GGUFWriter) throws(GGUFError) {
        // After this norm, codes and one are plus and minus one.
        let norm = (Float(one + 1) / Float(embedding)).squareRoot()
        try writer.add(vector: "blk.0.ffn_norm", embedding) { _ in norm }
        // Half a code above zero if all codes are there, and half a code or more below zero if one is not.
        try writer.add(matrix: "blk.0.ffn_gate", feedForward, embedding) { row in
            guard row < rules.count else { return [] }
            let context = rules[row].context
            let threshold = (Float(context.count) - 0.5) * Float(width)
            return context.reversed().enumerated().flatMap { entries(codes[$1], place: $0) } + [Entry(one, -threshold)]
        }
        try writer.add(matrix: "blk.0.ffn_up", feedForward, embedding) { $0 < rules.count ? [Entry(one)] : [] }
        let outputs = rules.map { rule in
            let factor = pow(Self.contextFactor, Float(rule.context.count))
            return codes[rule.next].map { $0 * factor }
        }
        try writer.add(matrix: "blk.0.ffn_down", embedding, feedForward, type: .f32) { row in
            row < width ? outputs.enumerated().map { Entry($0, $1[row]) } : []
        }
        let loudness = Self.loudness * Float(width).squareRoot()
        try writer.add(vector: "blk.0.post_ffw_norm", embedding) { _ in loudness }
    }
}
