import Assistant
import Foundation
import GGUF
import Gemma
import Gemma4
import Testing

/// Drafters of other converters draft what the plain one drafts, or are refused for a true reason.
@Suite("Drafters of other converters")
struct DrafterConverterTests {
    private static let names = ["pre_projection", "post_projection", "centroids", "token_ordering"]
    private static let ours = [
        "nextn.pre_projection.weight", "nextn.post_projection.weight", "masked_embd_centroids.weight",
        "masked_embd_ordering",
    ]

    private func expectSameDrafts(
        _ change: (inout AlteredFile) throws -> Void, sourceLocation: SourceLocation = #_sourceLocation
    ) async throws {
        let plain = try await Telling(drafter: .drafter())
        var drafter = try AlteredFile.drafter()
        try change(&drafter)
        #expect(plain.accepted.reduce(0, +) > 10, sourceLocation: sourceLocation)
        #expect(try await Telling(drafter: drafter) == plain, sourceLocation: sourceLocation)
    }

    private func refusal(_ change: (inout AlteredFile) throws -> Void) throws -> any Error {
        var drafter = try AlteredFile.drafter()
        try change(&drafter)
        return try GemmaTests.refusal(of: .target(), drafter: drafter)
    }

    /// As AtomicChat wrote it.
    private func asAtomicChat(_ file: inout AlteredFile) throws {
        let name = "gemma4_assistant"
        file.rename(architecture: "gemma4-assistant", to: name)
        file.rename(key: "\(name).embedding_length_out", to: "\(name).n_embd_backbone")
        file["\(name).n_centroids"] = .uint32(56)
        file["\(name).use_ordered_embeddings"] = .bool(true)
        file["\(name).nextn_predict_layers"] = nil
        for (ours, theirs) in zip(Self.ours, Self.names) { try file.rename(tensor: ours, to: "mtp.\(theirs).weight") }
    }

    /// As ik_llama.cpp has it: the ordering is the cluster of each token, and there are no rotation factors.
    private func asMTP(_ file: inout AlteredFile) throws {
        let name = "gemma4_mtp"
        file.rename(architecture: "gemma4-assistant", to: name)
        file.rename(key: "\(name).embedding_length_out", to: "\(name).backbone_embedding_length")
        file["\(name).centroid_count"] = .uint32(56)
        file["\(name).use_ordered_embeddings"] = .bool(true)
        file["\(name).nextn_predict_layers"] = nil
        let theirs = ["mtp_pre_proj", "mtp_post_proj", "mtp_centroids", "mtp_token_ordering"]
        for (ours, theirs) in zip(Self.ours, theirs) { try file.rename(tensor: ours, to: "\(theirs).weight") }
        file.remove(tensor: "rope_freqs.weight")
        let index = try #require(file.tensors.firstIndex { $0.name == "mtp_token_ordering.weight" })
        let ordering = file.tensors[index].bytes.withUnsafeBytes { Array($0.bindMemory(to: Int32.self)) }
        var clusters = [Int32](repeating: 0, count: ordering.count)
        for (place, token) in ordering.enumerated() { clusters[Int(token)] = Int32(place / (ordering.count / 56)) }
        file.tensors[index].bytes = clusters.withUnsafeBytes { Array($0) }
    }

    // MARK: - Read

    @Test("gemma4_assistant, AtomicChat's")
    func atomicChat() async throws { try await expectSameDrafts(asAtomicChat) }

    @Test("gemma4_mtp, ik_llama.cpp's")
    func mtp() async throws { try await expectSameDrafts(asMTP) }

    @Test("The ordering as 64-bit integers, and with .weight")
    func ordering() async throws {
        try await expectSameDrafts { file in
            let index = try #require(file.tensors.firstIndex { $0.name == "masked_embd_ordering" })
            let values = file.tensors[index].bytes.withUnsafeBytes { Array($0.bindMemory(to: Int32.self)) }
            file.tensors[index].name += ".weight"
            file.tensors[index].type = try #require(TensorType(id: 27))
            file.tensors[index].bytes = values.map { Int64($0) }.withUnsafeBytes { Array($0) }
        }
    }

    @Test("Without rotation factors it takes the target's")
    func rotationFactors() async throws {
        try await expectSameDrafts { $0.remove(tensor: "rope_freqs.weight") }
    }

    @Test("A drafter without centroids has a dense head, and so has one with a key that switches them off")
    func denseHead() async throws {
        var dense = try AlteredFile.drafter()
        for name in Self.ours.suffix(2) { dense.remove(tensor: name) }
        let plain = try await Telling(drafter: dense)
        #expect(plain.accepted.reduce(0, +) > 10)
        var switchedOff = try AlteredFile.drafter()
        switchedOff["gemma4-assistant.use_ordered_embeddings"] = .bool(false)
        #expect(try await Telling(drafter: switchedOff) == plain)

        // As llama.cpp's converter names it.
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent(UUID().uuidString + "/MTP")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder.deletingLastPathComponent()) }
        let url = folder.appendingPathComponent("mtp-stories.gguf")
        try dense.writer.write(to: url)
        #expect(try await Telling(drafter: AlteredFile(url)) == plain)
    }

    @Test("Keys, values and their norm in a drafter have no effect")
    func keyValues() async throws {
        try await expectSameDrafts { file in
            for name in ["attn_k.weight", "attn_v.weight", "attn_k_norm.weight"] {
                file.add(tensor: "blk.0.\(name)", [7])
            }
        }
    }

    @Test("Products are multiplied by the scales beside its tensors")
    func scales() async throws {
        try await expectSameDrafts { file in
            for tensor in file.tensors where tensor.type == .q8_0 {
                try file.double(tensor: tensor.name)
                file.add(tensor: tensor.name.dropLast(".weight".count) + ".scale", [0.5])
            }
        }
    }

    // MARK: - Refused

    @Test("The format of a closed pull request is named")
    func abandoned() throws {
        let byTensor = try refusal { file in
            for (ours, theirs) in zip(Self.ours, ["assist_pre_proj", "assist_post_proj", "assist_embed_centroids"]) {
                try file.rename(tensor: ours, to: "\(theirs).weight")
            }
        }
        #expect(byTensor as? PairError == .abandonedFormat(name: "assist_pre_proj.weight"))
        let key = "gemma4-assistant.backbone_hidden_size"
        let byKey = try refusal { $0.rename(key: "gemma4-assistant.embedding_length_out", to: key) }
        #expect(byKey as? PairError == .abandonedFormat(name: key))
    }

    @Test("Tensors that a drafter does not have are refused")
    func unapplied() throws {
        for name in ["output.weight", "blk.0.ffn_up.bias"] {
            let error = try refusal { $0.add(tensor: name, [1]) }
            guard case .unappliedTensor(let found, _) = error as? ModelError else {
                Issue.record("\(error)")
                return
            }
            #expect(found == name)
        }
    }

    @Test("Clusters of unequal sizes are refused, and so is a number of clusters that contradicts the tensor")
    func clusters() throws {
        let unequal = try refusal { file in
            try asMTP(&file)
            let index = try #require(file.tensors.firstIndex { $0.name == "mtp_token_ordering.weight" })
            file.tensors[index].bytes = [UInt8](repeating: 0, count: file.tensors[index].bytes.count)
        }
        #expect(
            unequal as? PairError
                == .invalidOrdering("cluster 0 has more than 44 tokens, its share of 2464"))
        let contradicted = try refusal { file in
            try asAtomicChat(&file)
            file["gemma4_assistant.n_centroids"] = .uint32(57)
        }
        #expect(
            contradicted as? ModelError
                == .invalidKey(
                    key: "gemma4_assistant.n_centroids", value: "57", expected: "56, the rows of mtp.centroids.weight"))
    }

    @Test("Either name of a drafter's architecture is recognised in place of a target")
    func mistaken() throws {
        var drafter = try AlteredFile.drafter()
        try asAtomicChat(&drafter)
        #expect(
            GemmaTests.refusal(of: drafter) as? PairError
                == .isDrafter(found: "gemma4_assistant", expected: "gemma4"))
    }
}
