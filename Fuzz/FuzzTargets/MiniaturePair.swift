internal import GGUF
package import Gemma
import Platform
import SyntheticModel
import Tokenizer

/// A complete target and drafter with random weights, both as small as possible, vocabulary included.
package enum MiniaturePair {
    /// The file of the target, 50 KB.
    package static func target(_ type: WeightType = .q8_0) throws -> [UInt8] {
        var writer = try SyntheticModel(.tiny, type: type).target()
        for (key, value) in try vocabulary() { try writer.metadata.add(key, value) }
        return writer.bytes()
    }

    /// The file of the drafter, 50 KB, with an ordered head.
    package static func drafter(_ type: WeightType = .q8_0) throws -> [UInt8] {
        try SyntheticModel(.tiny, type: type).drafter().bytes()
    }

    /// The pair, loaded.
    package static let loaded = Result {
        try GemmaModel(target: GGUFFile(ByteRegion(target())), drafter: GGUFFile(ByteRegion(drafter())))
    }

    /// From the start of the data of one of these files to the end of the last tensor. Only padding follows.
    package static func dataRange(of bytes: [UInt8]) throws -> Range<Int> {
        let file = try GGUFFile(ByteRegion(bytes))
        let end = file.tensors.reduce(0) { max($0, $1.offset + $1.byteCount) }
        let start = bytes.count - (end + file.alignment - 1) / file.alignment * file.alignment
        return start..<start + end
    }

    static func seeds() throws -> [(name: String, bytes: [UInt8])] {
        [
            ("target-q8_0", try target()), ("target-bf16", try target(.bf16)), ("drafter-q8_0", try drafter()),
            ("drafter-f32", try drafter(.f32)),
        ]
    }

    /// 288 tokens: roles, 256 bytes, characters, and the results of merges.
    private static func vocabulary() throws -> [(String, GGUFValue)] {
        let controls = ["<pad>", "<eos>", "<bos>", "<unk>", "<|turn>", "<turn|>"]
        let userDefined = ["<|channel>", "<channel|>"]
        let bytes = UInt8.min...UInt8.max
        let characters = ["▁", "a", "b", "c", "d", "e", "n", "o", "t", "é", "\n", "\n\n"]
        let merges = [
            "a b", "c d", "ab cd", "▁ a", "▁a b", "o n", "on e", "t o", "▁ to", "o t", "n ot",
        ]
        let merged = merges.map { $0.filter { $0 != " " } }
        var tokens: [(String, TokenType)] = controls.map { ($0, .control) } + userDefined.map { ($0, .userDefined) }
        tokens += bytes.map { (ByteToken.text(of: $0), .byte) }
        for text in characters + merged where !tokens.contains(where: { $0.0 == text }) {
            tokens.append((text, .normal))
        }
        while tokens.count < 288 { tokens.append(("<unused\(tokens.count)>", .unused)) }
        return [
            ("tokenizer.ggml.model", .string(BPETokenizer.model)),
            ("tokenizer.ggml.tokens", .array(GGUFArray(tokens.map(\.0)))),
            ("tokenizer.ggml.token_type", .array(GGUFArray(tokens.map { Int32($0.1.rawValue) }))),
            ("tokenizer.ggml.merges", .array(GGUFArray(merges))),
            ("tokenizer.ggml.bos_token_id", .uint32(2)),
            ("tokenizer.ggml.eos_token_id", .uint32(1)),
            ("general.sampling.top_k", .int32(40)),
            ("general.sampling.temp", .float32(0.8)),
        ]
    }
}
