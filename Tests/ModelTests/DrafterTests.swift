import Assistant
import BundledModel
import Foundation
import GGUF
import Gemma4
import Tensor
import Testing

/// Which drafters fit which targets, and how a draft reaches the target's cache.
@Suite("Drafter")
struct DrafterTests {
    private let target: Target
    private let drafterFile: GGUFFile

    init() throws {
        target = try Fixtures.target("e2b-q8_0")
        drafterFile = try GGUFFile(contentsOf: Fixtures.folder.appendingPathComponent("e2b-q8_0/assistant.gguf"))
    }

    private func context() throws -> TargetContext {
        try TargetContext(target, contextLength: 8, compute: Compute(threadCount: 1))
    }

    @Test("A drafter for another width is refused with both numbers")
    func otherWidth() throws {
        let other = try Drafter(GGUFFile(contentsOf: Fixtures.folder.appendingPathComponent("e4b/assistant.gguf")))
        #expect(throws: PairError.mismatch(what: "the embedding length", drafter: 96, target: 64)) {
            try DraftContext(other, context: context())
        }
    }

    @Test("A drafter for other KV heads is refused with both numbers")
    func otherHeads() throws {
        let other = try Drafter(GGUFFile(contentsOf: Fixtures.folder.appendingPathComponent("31b/assistant.gguf")))
        #expect(throws: PairError.mismatch(what: "the KV head count of sliding layers", drafter: 4, target: 1)) {
            try DraftContext(other, context: context())
        }
    }

    @Test("Every layer reads the last owning layer of its kind")
    func standardShare() throws {
        let drafter = try Drafter(drafterFile)
        #expect(drafter.standardLayers(of: target) == [1, 1, 1, 2])
    }

    @Test("A callback that names no owning layer is refused", arguments: [nil, 3, 99])
    func badShare(_ layer: Int?) throws {
        let drafter = try Drafter(drafterFile)
        #expect(throws: PairError.noSharedLayer(drafterLayer: 0, kind: "sliding")) {
            let context = try context()
            _ = try DraftContext(drafter, context: context, share: { _ in layer.flatMap(context.owningLayer) })
        }
    }

    @Test("Each file of a pair says so where the other one was expected")
    func confusedFiles() throws {
        let targetFile = try GGUFFile(contentsOf: #require(BundledModel.target))
        #expect(throws: PairError.isDrafter(found: "gemma4-assistant", expected: "gemma4")) {
            try PairError.recognizing { try Target(drafterFile) }
        }
        #expect(throws: PairError.isTarget(found: "gemma4", expected: "gemma4-assistant")) {
            try PairError.recognizing { try Drafter(targetFile) }
        }
        let other = try targetFile.copy(metadata: { $0 == "general.architecture" ? .string("llama") : $1 }).file()
        #expect(throws: ModelError.wrongArchitecture(expected: "gemma4-assistant", found: "llama")) {
            try PairError.recognizing { try Drafter(other) }
        }
    }

    @Test("A token outside of the vocabulary is refused", arguments: [-1, Int32.max])
    func badToken(_ token: Int32) throws {
        let compute = Compute(threadCount: 1)
        let context = try TargetContext(target, contextLength: 8, compute: compute)
        let output = try context.forward([2, 7], logits: 0..<0, hidden: 1..<2)
        let draft = try DraftContext(Drafter(drafterFile), context: context)
        let error = ModelError.tokenOutOfRange(token: token, vocabulary: target.config.vocabularySize)
        #expect(throws: error) {
            try draft.draft(count: 1, token: token, at: context.cache.count, hidden: output.hidden.base) { _ in nil }
        }
        // Nor may a drafted token be.
        #expect(throws: error) {
            try draft.draft(count: 2, token: 4, at: context.cache.count, hidden: output.hidden.base) { _ in token }
        }
    }

    @Test("A draft comes from the layers that the callback names, and not from any state of its own")
    func shareIsUsed() throws {
        let drafter = try Drafter(drafterFile)
        let compute = Compute(threadCount: 1)
        let context = try TargetContext(target, contextLength: 32, compute: compute)
        let output = try context.forward([2, 7, 19, 33, 60, 61, 62], logits: 0..<0, hidden: 6..<7)
        func hidden(_ draft: DraftContext) throws -> [Float] {
            var result: [Float] = []
            try draft.draft(count: 1, token: 40, at: context.cache.count, hidden: output.hidden.base) { step in
                result = Array(step.hidden)
                return nil
            }
            return result
        }
        let standard = try DraftContext(drafter, context: context)
        let first = try hidden(standard)
        #expect(try hidden(standard) == first)
        let other = try DraftContext(drafter, context: context, share: { context.owningLayer($0 == 3 ? 2 : 0) })
        #expect(try hidden(other) != first)
        withExtendedLifetime(context) {}
    }

    @Test("The ordered head scores whole clusters, as the dense head would")
    func orderedHead() throws {
        let ordered = try Drafter(drafterFile)
        let dense = try Drafter(drafterFile.copy(tensors: { !$0.name.hasPrefix("masked_embd") }).file())
        #expect(dense.orderedHead == nil)
        let head = try #require(ordered.orderedHead)
        let compute = Compute(threadCount: 1)
        let context = try TargetContext(target, contextLength: 32, compute: compute)
        let output = try context.forward([2, 7, 19, 33], logits: 0..<0, hidden: 3..<4)
        func scores(_ drafter: Drafter) throws -> [Int32: UInt32] {
            var result: [Int32: UInt32] = [:]
            let draft = try DraftContext(drafter, context: context)
            try draft.draft(count: 1, token: 40, at: context.cache.count, hidden: output.hidden.base) { step in
                for (index, score) in step.logits.enumerated() {
                    result[step.candidates?[index] ?? Int32(index)] = score.bitPattern
                }
                return nil
            }
            return result
        }
        let some = try scores(ordered)
        let all = try scores(dense)
        #expect(some.count == head.candidateCount && all.count == target.config.vocabularySize)
        for (token, score) in some { #expect(all[token] == score) }
        withExtendedLifetime(context) {}
    }

    /// The drafter's file with other bytes, and maybe another shape, for one tensor.
    private func drafterFile(
        replacing name: String, dimensions: [Int]? = nil, by change: (inout [UInt8]) -> Void
    ) throws -> GGUFFile {
        var writer = try drafterFile.copy(tensors: { $0.name != name })
        let info = try #require(drafterFile.tensor(name))
        var bytes = Array(drafterFile.data(of: info).bytes)
        change(&bytes)
        try writer.add(tensor: name, dimensions: dimensions ?? info.dimensions, type: info.type, bytes: bytes)
        return try writer.file()
    }

    @Test("An ordering that leaves the vocabulary is refused")
    func orderingOutside() throws {
        let broken = try drafterFile(replacing: "masked_embd_ordering") { $0[3] = 0x7f }
        let error = #expect(throws: PairError.self) { try Drafter(broken) }
        #expect(error?.description.contains("outside the vocabulary of 480") == true)
    }

    @Test("An ordering that holds a token twice is refused")
    func orderingTwice() throws {
        let broken = try drafterFile(replacing: "masked_embd_ordering") { $0.replaceSubrange(4..<8, with: $0[0..<4]) }
        let error = #expect(throws: PairError.self) { try Drafter(broken) }
        #expect(error?.description.contains("is in it twice") == true)
    }

    @Test("Centroids that do not divide the vocabulary are refused")
    func centroids() throws {
        let name = "masked_embd_centroids.weight"
        let info = try #require(drafterFile.tensor(name))
        let broken = try drafterFile(replacing: name, dimensions: [info.dimensions[0], 7]) {
            $0 = [UInt8](repeating: 0, count: info.byteCount / info.rowCount * 7)
        }
        #expect(throws: PairError.invalidOrdering("7 centroids do not divide 480 tokens")) { try Drafter(broken) }
    }

    @Test("Centroids that give NaN offer no tokens")
    func centroidsWithoutNumbers() throws {
        let broken = try drafterFile(replacing: "masked_embd_centroids.weight") { bytes in
            bytes = [UInt8](repeating: 0xff, count: bytes.count)  // NaN as a float, and as a block's scale
        }
        let compute = Compute(threadCount: 1)
        let context = try TargetContext(target, contextLength: 32, compute: compute)
        let output = try context.forward([2, 7, 19, 33], logits: 0..<0, hidden: 3..<4)
        let draft = try DraftContext(Drafter(broken), context: context)
        var steps = 0
        try draft.draft(count: 3, token: 40, at: context.cache.count, hidden: output.hidden.base) { step in
            #expect(step.logits.isEmpty && step.candidates?.isEmpty == true)
            steps += 1
            return nil
        }
        #expect(steps == 1)
        withExtendedLifetime(context) {}
    }
}
