import Assistant
import BundledModel
import Foundation
import GGUF
import Gemma4
import Platform
import SyntheticModel
import Tensor
import Testing

@Suite struct CostTests {
    private func mini() throws -> (Target, Drafter) {
        let model = SyntheticModel(.mini)
        return (
            try Target(GGUFFile(ByteRegion(model.target().bytes()))),
            try Drafter(GGUFFile(ByteRegion(model.drafter().bytes())))
        )
    }

    /// Bytes of a Q8_0 matrix.
    private func bytes(_ rows: Int, _ columns: Int) -> Int { rows * columns / 32 * 34 }

    @Test func aDecodeReadsEveryMatrixAndARowOfEachTable() throws {
        // mini: 10 layers of 512, the 5th and the 10th full, the last 5 without keys and values and twice as wide.
        let heads = { (width: Int) in bytes(8 * width, 512) + bytes(512, 8 * width) }
        let keyValue = { (width: Int) in 2 * bytes(width, 512) }
        let attention = 8 * heads(128) + 2 * heads(256) + 4 * keyValue(128) + keyValue(256)
        let feedForward = 5 * 3 * bytes(2048, 512) + 5 * 3 * bytes(4096, 512)
        let perLayer = 10 * (bytes(64, 512) + bytes(512, 64)) + bytes(640, 512)
        let head = bytes(8192, 512)
        let rows = bytes(1, 512) + bytes(1, 640)
        #expect(try mini().0.decodeByteCount == attention + feedForward + perLayer + head + rows)
    }

    @Test func aDecodeOfABundledModelReadsItsFileWithoutTheTables() throws {
        let file = try GGUFFile(contentsOf: #require(BundledModel.target))
        let target = try Target(file)
        let norms = file.tensors.filter { $0.dimensions.count == 1 }.map(\.name)
        let matrices = file.tensors.filter { !norms.contains($0.name) && !$0.name.hasPrefix("per_layer_token_embd") }
        let tables = file.tensors.filter { $0.name.hasSuffix("token_embd.weight") }
        let expected =
            matrices.reduce(0) { $0 + $1.byteCount } + tables.reduce(0) { $0 + $1.byteCount / $1.rowCount }
        #expect(target.decodeByteCount == expected)
    }

    @Test func aDecodeReadsTheWindowOfASlidingLayerAndAllOfAFullOne() throws {
        let target = try mini().0
        let context = try TargetContext(
            target, contextLength: 1024, batchLength: 16, compute: Compute(threadCount: 1))
        let cache = context.cache
        let position = { (width: Int) in
            try #require(context.owningLayer(width == 128 ? 0 : 4)).cache.bytesPerPosition
        }
        let sliding = try position(128), full = try position(256)
        #expect(sliding > 0 && full == 2 * sliding)
        #expect(cache.decodeByteCount(at: 9, target.config) == 10 * (8 * sliding + 2 * full))
        #expect(cache.decodeByteCount(at: 999, target.config) == 8 * 128 * sliding + 2 * 1000 * full)
    }

    @Test func aProfileCountsWhatADecodeReads() throws {
        let (target, drafter) = try mini()
        let compute = Compute(threadCount: 1)
        compute.profile = Profile()
        let profile = try #require(compute.profile)
        let context = try TargetContext(target, contextLength: 8, compute: compute)
        let output = try context.forward([1], logits: 0..<1, hidden: 0..<1)
        let entries = Step.allCases.map { profile[.target, $0] }
        let cacheBytes = context.cache.decodeByteCount(at: 0, target.config)
        let rows = bytes(1, 512) + bytes(1, 640)  // looked up rather than multiplied
        #expect(entries.reduce(0) { $0 + $1.bytes } == target.decodeByteCount - rows + cacheBytes)
        #expect(profile[.target, .attention].bytes == cacheBytes)
        #expect(profile[.target, .attention].operations == 4 * 8 * (8 * 128 + 2 * 256))
        #expect(profile[.target, .head].operations == 2 * 8192 * 512)
        #expect(profile[.target, .feedForward].count == 10 && profile[.target, .sampling].count == 0)
        #expect(Step.allCases.allSatisfy { profile[.draft, $0].count == 0 })

        // The drafter's steps are its own, and reset forgets.
        profile.reset()
        let drafts = try DraftContext(drafter, context: context)
        try drafts.draft(count: 1, token: 1, at: context.cache.count, hidden: output.hidden[0]) { _ in 0 }
        #expect(Step.allCases.allSatisfy { profile[.target, $0].count == 0 })
        // The centroids, and 32 clusters of 128 tokens; the projection to the target's width.
        #expect(profile[.draft, .head].bytes == bytes(64, 128) + bytes(32 * 128, 128) + bytes(512, 128))
        #expect(profile[.draft, .feedForward].count == 4)
        let table = profile.table(MachineLimits(readBandwidth: 1e9, integerPeak: 1e12))
        #expect(table.contains("draft head") && !table.contains("per-layer"))
    }

    @Test func nothingIsCountedWithoutAProfileOrOutsideOfSteps() throws {
        let compute = Compute(threadCount: 1)
        compute.profile = nil
        compute.begin(.head)
        compute.profile = Profile()
        let matrix = try GGUFFile(ByteRegion(SyntheticModel(.mini).drafter().bytes()))
            .matrix("nextn.post_projection.weight", shape: [512, 128])
        let (input, output) = (FloatBuffer(constantCount: 128), FloatBuffer(constantCount: 512))
        compute.multiply(input.rows(width: 128), by: matrix, into: output.rows(width: 512))
        #expect(compute.profile?.table(nil) == "")
        compute.begin(.head)
        compute.multiply(input.rows(width: 128), by: matrix, into: output.rows(width: 512))
        compute.end()
        #expect(compute.profile?[.target, .head].bytes == matrix.byteCount)
    }
}
