import Foundation
internal import GGUF

/// The tensors that the model and its drafter have in common: all but keys and values.
///
/// Where nothing else is said, entries of a row are 0, or 1 and -1 times a power of the width's root, so that the codes
/// are plus and minus one after each norm.
extension ScriptedModel {
    static let rotaryBase: Float = 1e4
    /// Pairs of a head's channels that are used. Their frequencies differ, so that their cosines agree on one place only.
    private static let pairs = 4
    /// Makes the score of the right place larger by 100, and more, than that of another.
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
            entries(codes[Int32(token)]) + [Entry(one)]
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
        // Half a code more than nothing if all codes are there, and half a code or more less than nothing if one is not.
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
