internal import Checksum
internal import Gemma
internal import Gemma4
import Platform
import Tensor

/// Reads a saved text of the miniature model, as it is and with its length and its checksum put right, since changed
/// bytes would not get behind those. What is taken is restored, continued and saved again.
enum CacheDoor {
    static func run(_ input: [UInt8]) throws {
        let target = try MiniaturePair.loaded.get().target
        let asItIs = Result { try read(input, target) }
        let sealed = sealed(input)
        guard sealed != input else { return try asItIs.get() }
        if case .success = asItIs { throw Violation("a file of a wrong length or checksum is taken") }
        try read(sealed, target)
    }

    private static let contextLength = 160

    private static func read(_ input: [UInt8], _ target: Target) throws {
        let pool = try CachePool(target.config, types: types(of: input))
        let file = CacheFile(pool, of: target)
        let text = try file.read(ByteRegion(input), contextLength: contextLength)
        guard pool.heldBytes <= input.count else { throw Violation("\(pool.heldBytes) bytes of \(input.count)") }
        let bytes = try again(text, file)
        guard try again(file.read(ByteRegion(bytes), contextLength: contextLength), file) == bytes else {
            throw Violation("saving the text twice gives different files")
        }
        try goOn(text, pool, target)
    }

    private static func again(_ text: SavedText, _ file: CacheFile) throws -> [UInt8] {
        do { return try file.bytes(of: text) } catch { throw Violation("what was read cannot be saved: \(error)") }
    }

    /// Keys and values may be anything, so NaN is what may come out.
    private static func goOn(_ text: SavedText, _ pool: CachePool, _ target: Target) throws {
        guard text.snapshot.count < contextLength, let token = text.tokens.last else { return }
        let runner = try TargetRunner(target, batchLength: 1, compute: Compute(threadCount: 1))
        let context = try TargetContext(runner, contextLength: contextLength, pool: pool)
        context.cache.restore(text.snapshot)
        let logits = try context.forward([token], logits: 0..<1, hidden: 0..<0).logits
        guard logits.count == 1 else { throw Violation("\(logits.count) rows of logits") }
    }

    /// The types that the file says it has, if the miniature's heads are wide enough for them.
    private static func types(of input: [UInt8]) -> CacheTypes {
        let names = [0, 16].map { offset in
            let name = input.dropFirst(CacheFile.typesOffset + offset).prefix(16).prefix { $0 != 0 }
            return CacheType(rawValue: String(decoding: name, as: UTF8.self)).flatMap {
                $0.widthMultiple <= 32 ? $0 : nil
            }
        }
        return CacheTypes(key: names[0] ?? .q4_0, value: names[1] ?? .q4_0)
    }

    /// The input with the length and the checksum that it should have.
    private static func sealed(_ input: [UInt8]) -> [UInt8] {
        let lengthEnd = CacheFile.lengthOffset + MemoryLayout<UInt64>.size
        guard input.count >= lengthEnd + CacheFile.checksumLength else { return input }
        var output = input
        let length = withUnsafeBytes(of: UInt64(input.count).littleEndian, Array.init)
        output.replaceSubrange(CacheFile.lengthOffset..<lengthEnd, with: length)
        output.removeLast(CacheFile.checksumLength)
        var hash = SHA256()
        output.withUnsafeBytes { hash.update($0) }
        return output + hash.bytes()
    }

    /// Texts of no token, within a page, and of more than one, with several types of keys and values.
    static func seeds() throws -> [(name: String, bytes: [UInt8])] {
        try [
            ("empty", seed(tokens: 0, CacheTypes(key: .q4_0, value: .q4_0))),
            ("short", seed(tokens: 5, CacheTypes(key: .tbq3_0, value: .q4_0))),
            ("two-pages", seed(tokens: 70, CacheTypes(key: .iq4_nl, value: .tbq4_0))),
            ("half-precision", seed(tokens: 20, CacheTypes())),
        ]
    }

    private static func seed(tokens count: Int, _ types: CacheTypes) throws -> [UInt8] {
        let target = try MiniaturePair.loaded.get().target
        let pool = try CachePool(target.config, types: types)
        let runner = try TargetRunner(target, batchLength: 32, compute: Compute(threadCount: 1))
        let context = try TargetContext(runner, contextLength: contextLength, pool: pool)
        let tokens = (0..<count).map { Int32($0 * 37 % target.config.vocabularySize) }
        try context.read(tokens.dropLast())
        let snapshot =
            context.cache.snapshot(at: max(0, count - 1))
            ?? CacheSnapshot(count: 0, pages: pool.groups.map { _ in [] })
        return try CacheFile(pool, of: target).bytes(of: SavedText(tokens: tokens, snapshot: snapshot))
    }
}
