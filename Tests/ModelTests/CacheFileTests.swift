import BundledModel
import Checksum
import Foundation
import GGUF
import Gemma4
import Platform
import Tensor
import Testing

/// A text that was saved goes on as if it had been read, and nothing but such a file is taken.
@Suite("Saved texts")
struct CacheFileTests {
    private static let target = Result { try Fixtures.bundledTarget() }
    private let target: Target
    private let runner: TargetRunner
    private let story: [Int32]  // longer than the window of 64

    init() throws {
        target = try Self.target.get()
        runner = try TargetRunner(target, batchLength: 16, compute: Compute(threadCount: 1))
        story = try Fixtures.prompt(200)
    }

    private func file(_ types: CacheTypes = .init(), of other: Target? = nil) throws -> CacheFile {
        CacheFile(try CachePool(target.config, types: types), of: other ?? target)
    }

    private func context(_ pool: CachePool) throws -> TargetContext {
        try TargetContext(runner, contextLength: 320, pool: pool)
    }

    /// The first tokens of the story, all but the last of them read.
    private func saved(_ count: Int, _ types: CacheTypes = .init()) throws -> SavedText {
        let context = try context(CachePool(target.config, types: types))
        try context.read(story[..<(count - 1)])
        return SavedText(tokens: Array(story[..<count]), snapshot: try #require(context.cache.snapshot(at: count - 1)))
    }

    private func bytes(_ count: Int, _ types: CacheTypes = .init()) throws -> [UInt8] {
        try file(types).bytes(of: saved(count, types))
    }

    private func refusal(of bytes: [UInt8], by file: CacheFile, contextLength: Int = 320) -> CacheFileError? {
        do {
            _ = try file.read(ByteRegion(bytes), contextLength: contextLength)
            return nil
        } catch {
            return error as? CacheFileError
        }
    }

    private static let types = [
        CacheTypes(), CacheTypes(key: .q8_0, value: .q8_0), CacheTypes(key: .tbq4_0, value: .tbq4_0),
        CacheTypes(key: .f32, value: .q4_1),
    ]

    @Test("A restored text has the bits of one that was read", arguments: types)
    func goesOn(_ types: CacheTypes) throws {
        for count in [2, 17, 40, 64, 65, 66, 100, 129, 200] {
            let pool = try CachePool(target.config, types: types)
            let text = try CacheFile(pool, of: target).read(ByteRegion(bytes(count, types)), contextLength: count)
            #expect(text.tokens == Array(story[..<count]) && text.snapshot.count == count - 1)
            let restored = try context(pool)
            restored.cache.restore(text.snapshot)
            let fresh = try context(CachePool(target.config, types: types))
            try fresh.read(story[..<(count - 1)])
            for token in [story[count - 1], 7, 8] {
                #expect(try restored.lastLogits([token]) == fresh.lastLogits([token]))
            }
        }
    }

    @Test("A text gives the same bytes whatever was in its memory before", arguments: types)
    func tidy(_ types: CacheTypes) throws {
        let pool = try CachePool(target.config, types: types)
        let context = try context(pool)
        for count in [2, 16, 17, 47, 65] {
            context.cache.truncate(to: 0)
            try context.read(story[100..<180])
            context.cache.truncate(to: 0)
            try context.read(story[..<(count - 1)])
            try context.read(story[120..<130])
            let snapshot = try #require(context.cache.snapshot(at: count - 1))
            let text = SavedText(tokens: Array(story[..<count]), snapshot: snapshot)
            #expect(try CacheFile(pool, of: target).bytes(of: text) == bytes(count, types))
        }
    }

    @Test("A text without tokens can be saved")
    func empty() throws {
        let file = try file()
        let snapshot = CacheSnapshot(count: 0, pages: file.pool.groups.map { _ in [] })
        let bytes = try file.bytes(of: SavedText(tokens: [], snapshot: snapshot))
        let text = try file.read(ByteRegion(bytes), contextLength: 1)
        #expect(text.tokens.isEmpty && text.snapshot.count == 0)
    }

    @Test("A file that is cut anywhere is refused, and takes no memory")
    func cut() throws {
        let pool = try CachePool(target.config, types: CacheTypes(key: .q4_0, value: .q4_0))
        let file = CacheFile(pool, of: target)
        let whole = ByteRegion(try bytes(6, pool.types))
        for length in 0..<whole.bytes.count {
            #expect(throws: CacheFileError.self) { try file.read(whole.slice(0..<length), contextLength: 320) }
        }
        #expect(pool.heldBytes == 0)
        #expect(throws: Never.self) { try file.read(whole, contextLength: 320) }
    }

    @Test("A file with one wrong bit is refused")
    func flipped() throws {
        let types = CacheTypes(key: .q4_0, value: .q4_0)
        let file = try file(types)
        var bytes = try bytes(6, types)
        for bit in Array(0..<1600) + Array(stride(from: 1601, to: 8 * bytes.count, by: 1009)) {
            bytes[bit / 8] ^= 1 << UInt8(bit % 8)
            #expect(refusal(of: bytes, by: file) != nil, "bit \(bit)")
            bytes[bit / 8] ^= 1 << UInt8(bit % 8)
        }
        #expect(refusal(of: bytes, by: file) == nil)
        #expect(refusal(of: bytes + [0], by: file) == .damaged("something follows its end"))
    }

    @Test("What another model, or another cache, has saved is refused")
    func foreign() throws {
        let bytes = try bytes(6)
        #expect(
            refusal(of: bytes, by: try file(CacheTypes(key: .f16, value: .q8_0)))
                == .otherTypes(keys: "f16", values: "f16", expectedKeys: "f16", expectedValues: "q8_0"))
        #expect(refusal(of: bytes, by: try file(), contextLength: 5) == .tooLong(tokens: 6, contextLength: 5))
        let original = try GGUFFile(contentsOf: #require(BundledModel.target))
        #expect(try Target(original).fingerprint.bytes == target.fingerprint.bytes)
        var renamed = try original.copy()
        renamed.metadata.set("general.name", .string("another"))
        #expect(refusal(of: bytes, by: try file(of: Target(renamed.file()))) == .otherModel)
        let name = "output_norm.weight"
        var changed = try original.copy(tensors: { $0.name != name })
        let norm = try #require(original.tensor(name))
        var weights = Array(original.data(of: norm).bytes)
        weights[1] ^= 1
        try changed.add(tensor: name, dimensions: norm.dimensions, type: norm.type, bytes: weights)
        #expect(refusal(of: bytes, by: try file(of: Target(changed.file()))) == .otherModel)
    }

    @Test("Behind a right checksum everything is checked again")
    func crafted() throws {
        let original = try bytes(6)
        let file = try file()
        func refusal(at offset: Int, _ value: [UInt8]) -> CacheFileError? {
            var bytes = original
            bytes.replaceSubrange(offset..<offset + value.count, with: value)
            bytes.removeLast(CacheFile.checksumLength)
            var hash = SHA256()
            bytes.withUnsafeBytes { hash.update($0) }
            return self.refusal(of: bytes + hash.bytes(), by: file)
        }
        let most = [UInt8](repeating: 0xff, count: 4)
        let counts = CacheFile.typesOffset + 32
        #expect(refusal(at: 0, [0]) == .notACache)
        #expect(refusal(at: 8, [9]) == .unsupportedVersion(9, expected: 1))
        #expect(refusal(at: 20, [original[20] ^ 1]) == .otherModel)
        #expect(refusal(at: counts, most) == .damaged("4294967295 of 6 tokens have been read"))
        #expect(refusal(at: counts, [6]) == .damaged("6 of 6 tokens have been read"))
        #expect(refusal(at: counts + 4, most) == .tooLong(tokens: 4_294_967_295, contextLength: 320))
        guard case .damaged = refusal(at: counts + 4, [7]) else {
            Issue.record("a token more than there are is taken")
            return
        }
        #expect(refusal(at: counts + 8, most) == .otherShape("4294967295 groups of layers"))
        #expect(refusal(at: counts + 12, most) == .otherShape("a window of 4294967295"))
        #expect(refusal(at: counts + 24, most) == .damaged("5 positions in 4294967295 pages"))
        let pages = file.pageBytes(of: 5)
        let tokens = original.count - CacheFile.checksumLength - pages - 4 * 6
        #expect(refusal(at: tokens, most) == .badToken(-1, vocabulary: target.config.vocabularySize))
    }
}

extension CacheFile {
    fileprivate func pageBytes(of positions: Int) -> Int {
        pool.groups.indices.reduce(0) { bytes, group in
            bytes + pool.pages(ofSnapshot: positions, group: group).count * pool.groups[group].pages.layout.byteCount
        }
    }
}
