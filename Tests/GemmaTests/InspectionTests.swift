import BundledModel
import Foundation
import GGUF
import Gemma
import Testing

/// What a listing says of a file: everything that is wrong with it, and what is not used.
@Suite("Inspection of files")
struct InspectionTests {
    private func inspected(
        _ file: AlteredFile? = nil, _ change: (inout AlteredFile) throws -> Void
    ) throws -> FileInspection {
        var file = try file ?? .target()
        try change(&file)
        return try FileInspection(file.file)
    }

    @Test("A plain target and a plain drafter use all of their keys and tensors")
    func plain() throws {
        for file in [try AlteredFile.target(), try .drafter()] {
            let inspection = try inspected(file) { _ in }
            #expect(inspection.refusals.isEmpty && inspection.unusedKeys.isEmpty && inspection.ignored.isEmpty)
        }
    }

    @Test("Keys that nothing reads are listed, and the file can be used")
    func unusedKeys() throws {
        let inspection = try inspected { file in
            file["gemma4.vision.block_count"] = .uint32(27)
            file["gemma4.new_in_2027"] = .string("x")
            file["gemma4.vocab_size"] = .uint32(2464)
            file["gemma4.rope.scaling.factor"] = .float32(1)
            file["general.new_in_2027"] = .string("x")
        }
        #expect(inspection.unusedKeys == ["gemma4.vision.block_count", "gemma4.new_in_2027"])
        #expect(inspection.refusals.isEmpty)
    }

    @Test("Every reason to refuse a file is found, not only the first")
    func reasons() throws {
        let inspection = try inspected { file in
            file["gemma4.rope.scaling.type"] = .string("yarn")
            file["gemma4.attn_logit_softcapping"] = .float32(50)
            for layer in [3, 7] { file.remove(tensor: "blk.\(layer).attn_norm.weight") }
            try file.rename(tensor: "blk.5.attn_q.weight", to: "blk.5.attn_q.bias")
            file.add(tensor: "blk.10.attn_norm.weight", [1])
            // Not read once a layer failed, so that nobody can tell whether it is applied.
            file.add(tensor: "blk.1.new.weight", [1])
            file["tokenizer.ggml.model"] = .string("other")
            file["general.sampling.temp"] = .float32(-1)
        }
        let messages = inspection.refusals.map { "\($0.error)" }
        let expected = [
            "key gemma4.attn_logit_softcapping is 50", "key gemma4.rope.scaling.type is \"yarn\"",
            "tensor blk.3.attn_norm.weight is missing", "blk.5.attn_q.bias may change",
            "metadata key gemma4.block_count", "tokenizer.ggml.model is \"other\"", "general.sampling.temp is -1.0",
        ]
        for text in expected { #expect(messages.contains { $0.contains(text) }, "\(text): \(messages)") }
        #expect(messages.count == expected.count)
        #expect(inspection.refusals[2].alike == ["blk.5.attn_q.weight", "blk.7.attn_norm.weight"])
        #expect(inspection.unusedKeys.isEmpty)
    }

    @Test("Tensors with the same fault are one reason")
    func groups() throws {
        let inspection = try inspected { file in
            for layer in 0..<10 { file.add(tensor: "blk.\(layer).attn_q.bias", [1]) }
            for layer in 0..<3 { file.add(tensor: "blk.\(layer).new.weight", [1]) }
        }
        #expect(inspection.refusals.map(\.alike.count) == [9, 2])
    }

    @Test("A vocabulary of another size than the embedding table is a reason")
    func vocabulary() throws {
        let inspection = try inspected { file in
            let texts = try file.vocabulary + ["one", "two"]
            file["tokenizer.ggml.tokens"] = .array(GGUFArray(texts))
            for key in ["token_type", "scores"] { file["tokenizer.ggml.\(key)"] = nil }
        }
        #expect(
            inspection.refusals.map { "\($0.error)" } == [
                "the tokenizer has 2466 tokens and the model 2464: the file is damaged"
            ])
    }
}
