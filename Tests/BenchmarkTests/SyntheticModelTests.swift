import Assistant
import Foundation
import GGUF
import Gemma4
import Platform
import SyntheticModel
import Tensor
import Testing

@Suite struct SyntheticModelTests {
    /// Runs `body` with a temporary directory and removes that.
    private func withDirectory(_ body: (URL) throws -> Void) throws {
        let directory = FileManager.default.temporaryDirectory.appendingPathComponent(UUID().uuidString)
        defer { try? FileManager.default.removeItem(at: directory) }
        try body(directory)
    }

    /// A pair with half of the layers: the smallest that has rows of 256 and heads of 128.
    private static func small(_ type: WeightType = .q8_0) -> SyntheticModel {
        var model = SyntheticModel(.miniExperts, type: type)
        model.layers = 6
        return model
    }

    @Test(arguments: [SyntheticModel(.mini)] + WeightType.allCases.map { small($0) })
    func aPairLoadsAndGivesNumbers(_ model: SyntheticModel) throws {
        let target = try Target(GGUFFile(ByteRegion(model.target().bytes())))
        let drafter = try Drafter(GGUFFile(ByteRegion(model.drafter().bytes())))
        #expect(drafter.orderedHead?.clusterSize == (model.preset == .mini ? 128 : nil))
        let compute = Compute(threadCount: 1)
        let context = try TargetContext(target, contextLength: 8, compute: compute)
        let drafts = try DraftContext(drafter, context: context)
        let output = try context.forward([1, 2, 3], logits: 2..<3, hidden: 2..<3)
        let logits = Array(output.logits.row(0))
        #expect(logits.allSatisfy { $0.isFinite } && Set(logits).count > 4096)
        var steps = 0
        try drafts.draft(count: 2, token: 4, at: context.cache.count, hidden: output.hidden[0]) { step in
            steps += 1
            #expect(step.logits.allSatisfy { $0.isFinite })
            return step.candidates?.first ?? 5
        }
        #expect(steps == 2)
    }

    @Test(arguments: [6, 12, nil]) func aPairWithExpertsLoadsAndGivesNumbersWithFewerLayersToo(_ layers: Int?) throws {
        var model = SyntheticModel(.miniExperts)
        model.layers = layers
        let target = try Target(GGUFFile(ByteRegion(model.target().bytes())))
        let drafter = try Drafter(GGUFFile(ByteRegion(model.drafter().bytes())))
        try drafter.checkFit(with: target)
        #expect(target.config.layers.count == layers ?? 12 && target.config.experts?.count == 16)
        #expect(target.config.layers.map { $0.kind == .full ? 1 : 2 } == target.config.layers.map(\.keyValueHeadCount))
        let context = try TargetContext(target, contextLength: 8, compute: Compute(threadCount: 1))
        let drafts = try DraftContext(drafter, context: context)
        let output = try context.forward([1, 2, 3], logits: 2..<3, hidden: 2..<3)
        #expect(output.logits.row(0).allSatisfy { $0.isFinite })
        try drafts.draft(count: 1, token: 4, at: context.cache.count, hidden: output.hidden[0]) { step in
            #expect(step.logits.allSatisfy { $0.isFinite })
            return nil
        }
    }

    @Test func largeKeyChannelsChangeKeysButNotWhatIsComputed() throws {
        func logits(hasKeyOutliers: Bool) throws -> [Float] {
            var model = Self.small(.f32)
            model.hasKeyOutliers = hasKeyOutliers
            let file = try GGUFFile(ByteRegion(model.target().bytes()))
            let norm = try file.vector("blk.0.attn_k_norm.weight", count: 128)
            let large = (0..<128).filter { norm[$0] > 8 }
            #expect(large.count == (hasKeyOutliers ? 4 : 0) && large.allSatisfy { large.contains($0 ^ 64) })
            let compute = Compute(threadCount: 1, precision: .floats)
            let context = try TargetContext(Target(file), contextLength: 40, cacheTypes: .f32, compute: compute)
            let output = try context.forward(ArraySlice(0..<40), logits: 39..<40, hidden: 39..<39)
            return Array(output.logits.row(0))
        }
        let (plain, outliers) = (try logits(hasKeyOutliers: false), try logits(hasKeyOutliers: true))
        #expect(plain != outliers)
        #expect(zip(plain, outliers).allSatisfy { abs($0 - $1) < 1e-2 })
    }

    private static let smallPair = Result {
        (
            try Target(GGUFFile(ByteRegion(small().target().bytes()))),
            try Drafter(GGUFFile(ByteRegion(small().drafter().bytes())))
        )
    }

    /// Blocks of 128 fit the heads of this pair, unlike those of the bundled one.
    @Test(arguments: CacheType.allCases) func aBatchGivesTheBitsOfSingleTokensForEachTypeOfCache(_ type: CacheType)
        throws
    {
        let (target, drafter) = try Self.smallPair.get()
        func context() throws -> TargetContext {
            try TargetContext(
                target, contextLength: 200, cacheTypes: CacheTypes(key: type, value: type),
                compute: Compute(threadCount: 2))
        }
        func draft(_ context: TargetContext, _ hidden: UnsafeMutablePointer<Float>) throws -> [UInt32] {
            var bits: [UInt32] = []
            let drafts = try DraftContext(drafter, context: context)
            try drafts.draft(count: 1, token: 4, at: context.cache.count, hidden: hidden) { step in
                bits = step.logits.map(\.bitPattern)
                return nil
            }
            return bits
        }
        let tokens = (0..<150).map { Int32($0 * 31 % 8192) }
        let together = try context()
        let all = try together.forward(tokens[...], logits: 149..<150, hidden: 149..<150)
        let expected = all.logits.row(0).map(\.bitPattern)
        let expectedDraft = try draft(together, all.hidden[0])
        let single = try context()
        for token in tokens.dropLast() { _ = try single.forward([token], logits: 0..<0, hidden: 0..<0) }
        let last = try single.forward(tokens.suffix(1), logits: 0..<1, hidden: 0..<1)
        #expect(last.logits.row(0).map(\.bitPattern) == expected)
        #expect(try draft(single, last.hidden[0]) == expectedDraft)
    }

    /// This keeps the size of activations.
    @Test(arguments: WeightType.allCases) func weightsHaveMeanZeroAndTheRightDeviation(_ type: WeightType) throws {
        let file = try GGUFFile(ByteRegion(Self.small(type).target().bytes()))
        let (rows, columns) = (4096, 256)
        let matrix = try file.matrix("token_embd.weight", shape: [8192, columns])
        #expect("\(matrix.type.name.lowercased())" == "\(type)")
        var values = [Float](repeating: 0, count: columns)
        var (sum, squares) = (0.0, 0.0)
        for row in 0..<rows {
            values.withUnsafeMutableBufferPointer { matrix.decode(row: row, into: $0.baseAddress!) }
            for value in values {
                sum += Double(value)
                squares += Double(value) * Double(value)
            }
        }
        let count = Double(rows * columns)
        let deviation = (squares / count).squareRoot() * Double(columns).squareRoot()
        #expect(abs(deviation - 1) < 0.02, "\(deviation)")
        // Q4_0 and Q5_0 have one more code below zero than above: half a code of mean.
        #expect(abs(sum / count) * Double(columns).squareRoot() < 0.12)
    }

    @Test func rowsThatAreNoWholeBlocksGetAnotherType() throws {
        let types: [(WeightType, TensorType)] = [
            (.q4_k, .q5_0), (.q5_k, .q5_1), (.q6_k, .q8_0), (.tq2_0, .q4_0), (.q1_0, .f16),
        ]
        for (type, other) in types {
            let writer = try SyntheticModel(.mini, type: type).target()
            let file = try GGUFFile(ByteRegion(writer.bytes()))
            #expect(file.tensor("blk.0.proj.weight")?.type == other)
            #expect(file.tensor("blk.0.inp_gate.weight")?.type.name.lowercased() == "\(type)")
        }
    }

    /// The sizes of tensors in files of the same shapes written by another program.
    @Test(arguments: [
        (Preset.e2b, 4_918_696_076, 35, 83_655_696), (.e4b, 7_931_098_280, 42, 84_491_280),
    ])
    func releasedShapes(_ preset: Preset, _ targetBytes: Int, _ layers: Int, _ drafterBytes: Int) throws {
        let model = SyntheticModel(preset)
        // Tensors of this size are only generated while they are written.
        let (target, drafter) = (try model.target(), try model.drafter())
        #expect((targetBytes..<targetBytes + 100_000).contains(target.byteCount), "\(target.byteCount)")
        #expect((drafterBytes..<drafterBytes + 100_000).contains(drafter.byteCount), "\(drafter.byteCount)")
        let layerCount = try target.metadata.integer("gemma4.block_count")
        #expect(layerCount == layers)
    }

    /// The numbers of parameters that llama.cpp prints, and that of the sizes in the tests of others for 12B.
    @Test(arguments: [(Preset.dense12b, 48, 11.9), (.experts26b, 30, 25.2), (.dense31b, 60, 30.7)])
    func largerShapes(_ preset: Preset, _ layers: Int, _ billions: Double) throws {
        let target = try SyntheticModel(preset).target()
        #expect(abs(Double(target.byteCount) / 34 * 32 / 1e9 - billions) < 0.06, "\(target.byteCount)")
        #expect(preset.shorterLayerCounts.last == layers)
        var cut = SyntheticModel(preset)
        cut.layers = 6
        #expect(try cut.target().byteCount < target.byteCount / 3)
        #expect(try cut.target().metadata.integer("gemma4.block_count") == 6)
    }

    @Test func modelsThatShareCachesCannotBeCut() {
        #expect(Preset.e2b.shorterLayerCounts.isEmpty && Preset.dense12b.shorterLayerCounts.contains(18))
    }

    @Test func namesAreAPresetAndAType() {
        #expect(SyntheticModel("e2b") == SyntheticModel(.e2b, type: .q8_0))
        #expect(SyntheticModel("mini:q4_0") == SyntheticModel(.mini, type: .q4_0))
        #expect(SyntheticModel("26B-A4B:q4_k") == SyntheticModel(.experts26b, type: .q4_k))
        #expect(SyntheticModel("12b") == SyntheticModel(.dense12b))
        for bad in ["", "e3b", "e2b:", "e2b:q9", "e2b:q8_0:x"] { #expect(SyntheticModel(bad) == nil, "\(bad)") }
    }

    @Test func filesAreWrittenOnceAndReplacedWhereTheirSizeIsWrong() throws {
        try withDirectory { directory in
            let cache = ModelCache(directory: directory.appendingPathComponent("models"))
            let model = SyntheticModel(.mini)
            var written: [String] = []
            let files = try cache.files(of: model) { name, _ in written.append(name) }
            #expect(written == [files.target.lastPathComponent, files.drafter.lastPathComponent])
            let bytes = try Data(contentsOf: files.drafter)
            #expect(try [UInt8](bytes) == model.drafter().bytes())

            try bytes.dropLast().write(to: files.drafter)
            written = []
            _ = try cache.files(of: model) { name, _ in written.append(name) }
            #expect(written == [files.drafter.lastPathComponent])
            #expect(try Data(contentsOf: files.drafter) == bytes)
            let left = try FileManager.default.contentsOfDirectory(atPath: cache.directory.path)
            #expect(Set(left) == [files.target.lastPathComponent, files.drafter.lastPathComponent])
        }
    }

    @Test func namesOfFilesTellModelsApart() throws {
        try withDirectory { directory in
            let cache = ModelCache(directory: directory)
            var (short, outliers) = (SyntheticModel(.miniExperts), SyntheticModel(.miniExperts))
            short.layers = 6
            outliers.hasKeyOutliers = true
            for model in [SyntheticModel(.miniExperts), short, outliers] { _ = try cache.files(of: model) }
            // All layers are no cut: the files are those of the whole model.
            var whole = SyntheticModel(.miniExperts)
            whole.layers = 12
            _ = try cache.files(of: whole) { name, _ in Issue.record("\(name) is written again") }
            #expect(try FileManager.default.contentsOfDirectory(atPath: directory.path).count == 6)
        }
    }

    @Test func aCacheInThePlaceOfAFileIsRefused() throws {
        try withDirectory { directory in
            try Data("precious".utf8).write(to: directory)
            #expect {
                try ModelCache(directory: directory).files(of: SyntheticModel(.mini))
            } throws: { error in
                "\(error)".contains("XDG_CACHE_HOME") && "\(error)".contains(directory.path)
            }
            #expect(try Data(contentsOf: directory) == Data("precious".utf8))
        }
    }
}
