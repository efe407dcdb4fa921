package import GGUF
internal import Tokenizer

/// A model of Gemma 4's architecture that follows a script, so that conversations with calls of tools can be tested
/// without a trained one. Its weights are made, not trained:
///
/// - A token's embedding is a code of signs in the first of ``Script/contextLength`` blocks, and a one behind the last.
/// - The one layer's attention has a head for each earlier token that it looks at, so many places back: the rotation of
///   its query by so many places makes that token's score the largest by far. What it reads is the token's code, which
///   goes to a block of its own. So the layer has the codes of the last tokens, each in its place.
/// - A row of the feed-forward network is open only where all codes of a rule's context are there, and then writes the
///   code of the next token, the louder the longer the context.
/// - The head finds the token of that code. Its logit is near the cap of 30, and all others are near 0 or below.
package struct ScriptedModel: Sendable {
    private let weights: ScriptedWeights
    private let vocabulary: GGUFMetadata

    /// - Parameter file: whose vocabulary and chat template it has.
    /// - Throws: `ScriptError`, or `TokenizerError` or `GGUFError` where `file` has no vocabulary.
    package init(_ script: Script, vocabularyOf file: GGUFFile) throws {
        let tokenizer = try BPETokenizer(file)
        weights = try ScriptedWeights(rules: script.nextTokens(tokenizer), vocabularySize: tokenizer.vocabulary.count)
        vocabulary = file.metadata
    }

    // MARK: - Files

    /// The file of the model.
    package func target() throws(GGUFError) -> GGUFWriter {
        var writer = try writer("gemma4")
        for key in vocabulary.keys where key.hasPrefix("tokenizer.") {
            if let value = vocabulary[key] { try writer.metadata.add(key, value) }
        }
        // A script leaves nothing to chance.
        try writer.metadata.add("general.sampling.temp", .float32(0))
        try writer.metadata.add("gemma4.final_logit_softcapping", .float32(30))
        try weights.addLayer(to: &writer)
        try weights.addKeysAndValues(to: &writer)
        return writer
    }

    /// A drafter for it: the same layer, which looks at the target's keys and values. So its first draft is always
    /// right, and the others are only where the script is followed whatever stands further back.
    package func drafter() throws(GGUFError) -> GGUFWriter {
        let embedding = weights.embedding
        var writer = try writer("gemma4-assistant")
        try writer.metadata.add("gemma4-assistant.embedding_length_out", .uint32(UInt32(embedding)))
        try writer.metadata.add("gemma4-assistant.nextn_predict_layers", .uint32(1))
        try weights.addLayer(to: &writer)
        try writer.add(matrix: "nextn.pre_projection", embedding, 2 * embedding) { row in [Entry(row)] }
        try writer.add(matrix: "nextn.post_projection", embedding, embedding) { row in [Entry(row)] }
        return writer
    }

    private func writer(_ architecture: String) throws(GGUFError) -> GGUFWriter {
        var writer = GGUFWriter()
        try writer.metadata.add("general.architecture", .string(architecture))
        try writer.metadata.add("general.name", .string("scripted"))
        let width = weights.width
        let sizes = [
            ("block_count", 1), ("context_length", 131_072), ("embedding_length", weights.embedding),
            ("feed_forward_length", weights.feedForward), ("attention.head_count", weights.headCount),
            ("attention.head_count_kv", 1), ("attention.sliding_window", Script.contextLength),
            ("attention.key_length", width), ("attention.value_length", width), ("attention.key_length_swa", width),
            ("attention.value_length_swa", width), ("embedding_length_per_layer_input", 0),
        ]
        for (key, size) in sizes { try writer.metadata.add("\(architecture).\(key)", .uint32(UInt32(size))) }
        try writer.metadata.add("\(architecture).attention.sliding_window_pattern", .array(GGUFArray([true])))
        try writer.metadata.add("\(architecture).attention.layer_norm_rms_epsilon", .float32(1e-6))
        try writer.metadata.add("\(architecture).rope.freq_base_swa", .float32(ScriptedWeights.rotaryBase))
        return writer
    }
}
