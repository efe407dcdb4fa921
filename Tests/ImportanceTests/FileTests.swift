import Foundation
import GGUF
import ImportanceMatrix
import Platform
import Testing

@Suite struct FileTests {
    private let folder: Folder

    init() throws { folder = try Folder() }

    private static func matrix(_ entries: [String: ([Float], [Float])], chunks: Int = 2) throws -> ImportanceMatrix {
        var writer = GGUFWriter()
        try writer.metadata.add("general.type", .string("imatrix"))
        try writer.metadata.add("imatrix.datasets", .array(GGUFArray(["a.txt"])))
        try writer.metadata.add("imatrix.chunk_count", .uint32(UInt32(chunks)))
        try writer.metadata.add("imatrix.chunk_size", .uint32(512))
        for (name, (sums, counts)) in entries {
            try writer.add(
                tensor: name + ".in_sum2", dimensions: [sums.count / counts.count, counts.count], type: .f32,
                bytes: sums.withUnsafeBytes(Array.init))
            try writer.add(
                tensor: name + ".counts", dimensions: [1, counts.count], type: .f32,
                bytes: counts.withUnsafeBytes(Array.init))
        }
        return try ImportanceMatrix(ByteRegion(writer.bytes()))
    }

    @Test func aFileOfLlamaImatrixIsReadAndWrittenBitForBit() throws {
        let matrix = try ImportanceMatrix(contentsOf: Fixtures.matrix)
        #expect(matrix.entries.count == 80 && matrix.chunkCount == 4 && matrix.chunkLength == 512)
        #expect(matrix.datasets == ["swiftgemma/Tests/Fixtures/stories/held-out.txt"])
        let query = try #require(matrix.entries["blk.0.attn_q.weight"])
        #expect(query.sums.count == 192 && query.counts == [2048])
        #expect(query.weights == query.sums.map { $0 / 2048 })
        try matrix.write(to: folder.file("copy.gguf"))
        #expect(try Data(contentsOf: folder.file("copy.gguf")) == Data(contentsOf: Fixtures.matrix))
    }

    @Test func theOldFormatKeepsTheWeights() throws {
        let matrix = try ImportanceMatrix(contentsOf: Fixtures.matrix)
        try matrix.write(to: folder.file("old.dat"), as: .dat)
        let old = try ImportanceMatrix(contentsOf: folder.file("old.dat"))
        #expect(old.names == matrix.names && old.chunkCount == 4 && old.datasets == matrix.datasets)
        for (name, entry) in matrix.entries { #expect(old.entries[name]?.weights == entry.weights, "\(name)") }
    }

    @Test func theOldFormatIsWhatItsStatementSays() throws {
        func number(_ value: Int32) -> [UInt8] { withUnsafeBytes(of: value.littleEndian, Array.init) }
        let values: [Float] = [3, 6, 0]
        let bytes =
            number(1) + number(3) + Array("a.b".utf8) + number(3) + number(3) + values.withUnsafeBytes(Array.init)
        let short = try ImportanceMatrix(ByteRegion(bytes))
        #expect(short.entries["a.b"]?.weights == [1, 2, 0] && short.chunkCount == 0 && short.datasets.isEmpty)
        let whole = try ImportanceMatrix(ByteRegion(bytes + number(7) + number(4) + Array("text".utf8)))
        #expect(whole.entries == short.entries && whole.chunkCount == 7 && whole.datasets == ["text"])
        #expect(try whole.bytes(as: .dat) == bytes + number(7) + number(4) + Array("text".utf8))
    }

    @Test func anExpertWithoutRowsCountsItsColumnsAlike() throws {
        let matrix = try Self.matrix(["e.weight": ([4, 8, 0, 0], [2, 0])])
        #expect(matrix.entries["e.weight"]?.weights == [2, 4, 1, 1])
        #expect(matrix.expertCoverage == (unused: 1, count: 2))
        let old = try ImportanceMatrix(ByteRegion(matrix.bytes(as: .dat)))
        #expect(old.entries["e.weight"]?.weights == [2, 4, 1, 1])
    }

    // MARK: - Adding up

    @Test func matricesAddUp() throws {
        var sum = try Self.matrix(["a.weight": ([1, 2], [1]), "e.weight": ([4, 8, 0, 0], [2, 0])])
        try sum.add(try Self.matrix(["a.weight": ([3, 4], [3]), "b.weight": ([5], [1])], chunks: 3))
        #expect(sum.entries["a.weight"] == .init(sums: [4, 6], counts: [4]) && sum.names.count == 3)
        #expect(sum.chunkCount == 5 && sum.datasets == ["a.txt"])
        // One of the old format has a single count for all experts, here of one chunk of one token.
        let old = try ImportanceMatrix(ByteRegion(sum.bytes(as: .dat)), chunkLength: 1)
        try sum.add(old)
        #expect(sum.entries["e.weight"] == ImportanceMatrix.Entry(sums: [6, 12, 1, 1], counts: [3, 1]))
    }

    @Test func matricesOfOtherModelsDoNotAddUp() throws {
        var sum = try Self.matrix(["a.weight": ([1, 2], [1])])
        #expect(throws: ImportanceError.differentSizes(entry: "a.weight", first: 2, second: 3)) {
            try sum.add(try Self.matrix(["a.weight": ([1, 2, 3], [1])]))
        }
        #expect(throws: ImportanceError.differentSizes(entry: "a.weight", first: 6, second: 6)) {
            var three = try Self.matrix(["a.weight": ([1, 2, 3, 4, 5, 6], [1, 1, 1])])
            try three.add(try Self.matrix(["a.weight": ([1, 2, 3, 4, 5, 6], [1, 1])]))
        }
    }

    @Test(.timeLimit(.minutes(1))) func manyTextsAddUpAtOnce() throws {
        var (sum, other) = (try Self.matrix(["a.weight": ([1], [1])]), try Self.matrix(["a.weight": ([1], [1])]))
        sum.datasets = (0..<200_000).map { "text \($0)" }
        other.datasets = (100_000..<300_000).map { "text \($0)" }
        try sum.add(other)
        #expect(sum.datasets == (0..<300_000).map { "text \($0)" })
    }

    @Test func sumsOfNoRowsAreNotAdded() throws {
        var sum = try Self.matrix(["e.weight": ([4, 8, 3e38, 7], [2, 0])])
        try sum.add(try Self.matrix(["e.weight": ([9, 9, 1, 2], [0, 1])]))
        #expect(sum.entries["e.weight"] == .init(sums: [4, 8, 1, 2], counts: [2, 1]))
    }

    /// With larger ones, encoders would compute infinity.
    @Test func meansHaveALimit() throws {
        #expect(try Self.matrix(["a.weight": ([2e30, 1], [2])]).entries["a.weight"]?.weights == [1e30, 0.5])
        #expect(throws: ImportanceError.tooLarge(entry: "a.weight", mean: 2e30, limit: 1e30)) {
            try Self.matrix(["a.weight": ([2e30, 1], [1])])
        }
        #expect(throws: ImportanceError.tooLarge(entry: "a.weight", mean: .infinity, limit: 1e30)) {
            try Self.matrix(["a.weight": ([1, 1], [.leastNonzeroMagnitude])])
        }
    }

    @Test func hugeSumsStayFinite() throws {
        var sum = try Self.matrix(["a.weight": ([3e38, 1], [3e38])])
        try sum.add(sum)
        #expect(sum.entries["a.weight"]?.sums == [.greatestFiniteMagnitude, 2])
        #expect(try ImportanceMatrix(ByteRegion(sum.bytes(as: .gguf))).entries == sum.entries)
        #expect(throws: Never.self) { try ImportanceMatrix(ByteRegion(sum.bytes(as: .dat))) }
    }

    // MARK: - Places

    @Test func onlyAMatrixIsReplaced() throws {
        let url = folder.file("file")
        #expect(throws: Never.self) { try ImportanceMatrix.checkPlace(url) }
        try Data("a model".utf8).write(to: url)
        #expect(throws: ImportanceError.wouldReplace(path: url.path)) { try ImportanceMatrix.checkPlace(url) }
        try ImportanceMatrix(contentsOf: Fixtures.matrix).write(to: url, as: .dat)
        #expect(throws: Never.self) { try ImportanceMatrix.checkPlace(url) }
        let inFile = url.appendingPathComponent("matrix")
        #expect(throws: ImportanceError.cannotWrite(path: inFile.path, reason: "there is no folder \(url.path)")) {
            try ImportanceMatrix.checkPlace(inFile)
        }
        let nowhere = URL(fileURLWithPath: "/no/such/folder/file")
        #expect(
            throws: ImportanceError.cannotWrite(path: nowhere.path, reason: "there is no folder /no/such/folder")
        ) { try ImportanceMatrix.checkPlace(nowhere) }
        for format in ImportanceFormat.allCases {
            #expect(
                throws: ImportanceError.cannotWrite(path: nowhere.path, reason: "No such file or directory")
            ) { try ImportanceMatrix(contentsOf: Fixtures.matrix).write(to: nowhere, as: format) }
        }
    }
}
