import Assistant
import BundledModel
import Gemma4
import Platform
import Tensor
import Testing

/// A cache that cannot fit is refused before it is made, with what would fit.
@Suite("Memory for a cache")
struct CacheSizeTests {
    private let config: Config

    init() throws { config = try Fixtures.bundledTarget().config }

    private func refusal(
        _ contextLength: Int, _ types: CacheTypes = .init(), memory: SystemMemory, of config: Config? = nil
    ) throws -> (bytes: Int, fitting: Int, fittingWithQ8Cache: Int?) {
        let error = #expect(throws: ModelError.self) {
            try KeyValueCache(
                CachePool(config ?? self.config, types: types), contextLength: contextLength, batchLength: 16,
                memory: memory)
        }
        guard
            case .cacheTooLarge(contextLength, let bytes, memory.available, let fitting, let fittingWithQ8Cache) = error
        else {
            Issue.record("\(String(describing: error))")
            return (0, 0, nil)
        }
        return (bytes, fitting, fittingWithQ8Cache)
    }

    private func byteCount(_ contextLength: Int, _ types: CacheTypes = .init()) throws -> Int {
        try KeyValueCache(CachePool(config, types: types), contextLength: contextLength, batchLength: 16).byteCount
    }

    @Test("The longest context that fits is named, and is the longest")
    func fitting() throws {
        let memory = SystemMemory(total: 40_000_000, available: 20_000_000)
        let refused = try refusal(10_000_000, memory: memory)
        #expect(refused.bytes > memory.total)
        let budget = 18_000_000  // a tenth is left
        #expect(try byteCount(refused.fitting) <= budget && byteCount(refused.fitting + 1) > budget)
        let bytes = CacheTypes(key: .q8_0, value: .q8_0)
        let inBytes = try #require(refused.fittingWithQ8Cache)
        #expect(inBytes > refused.fitting)
        #expect(try byteCount(inBytes, bytes) <= budget && byteCount(inBytes + 1, bytes) > budget)
    }

    @Test("The stated need is what would be allocated")
    func bytesNeeded() throws {
        let refused = try refusal(4096, memory: SystemMemory(total: 1000, available: 1000))
        #expect(try refused.bytes == byteCount(4096))
        #expect(refused.fitting == 0 && refused.fittingWithQ8Cache == 0)
    }

    @Test("A cache as large as all of the memory is made; one byte less and it is refused")
    func exactly() throws {
        let bytes = try byteCount(100)
        #expect(throws: Never.self) {
            try KeyValueCache(
                CachePool(config), contextLength: 100, batchLength: 16,
                memory: SystemMemory(total: bytes, available: 0))
        }
        _ = try refusal(100, memory: SystemMemory(total: bytes - 1, available: 0))
    }

    // The bundled model's heads are 32 and 64 wide.
    @Test(
        "The longest possible context is counted without overflow",
        arguments: CacheType.allCases.filter { $0.widthMultiple <= 32 })
    func longest(_ type: CacheType) throws {
        let types = CacheTypes(key: type, value: type)
        let refused = try refusal(Int(Int32.max), types, memory: SystemMemory(total: 1 << 30, available: 1 << 30))
        #expect(refused.bytes > 1 << 30 && refused.fitting > 0)
    }

    @Test("A q8_0 cache is not suggested if it would not be smaller, or does not fit the heads")
    func noOffer() throws {
        let memory = SystemMemory(total: 1 << 20, available: 1 << 20)
        for type in [CacheType.q8_0, .q4_0, .tbq3_0] {
            #expect(try refusal(1 << 24, CacheTypes(key: type, value: type), memory: memory).fittingWithQ8Cache == nil)
        }
        let narrow = try Fixtures.target("e2b-q8_0").config  // heads of 16
        #expect(try refusal(1 << 24, memory: memory, of: narrow).fittingWithQ8Cache == nil)
    }

    @Test("The refusal is one line with every number")
    func message() {
        let error = ModelError.cacheTooLarge(
            contextLength: 5000, bytes: 900, available: 70, fitting: 300, fittingWithQ8Cache: 600)
        #expect(
            error.description
                == "a context of 5000 tokens needs 900 bytes of memory for keys and values, and 70 are available; "
                + "300 tokens would fit, with keys and values of type q8_0 600")
    }
}

/// What operations need is reserved when a context is made: a pass allocates no work memory.
@Suite("Work memory")
struct WorkMemoryTests {
    @Test(
        "A pass needs at most what its contexts have reserved",
        arguments: ["e2b-q8_0", "e4b", "26b-a4b-q8_0", "31b"], [1, 3])
    func reserved(_ pair: String, threads: Int) throws {
        let target = try Fixtures.target(pair)
        let drafter = try Fixtures.drafter(pair)
        for precision in [ActivationPrecision.bytes, .floats] {
            let compute = Compute(threadCount: threads, precision: precision)
            let context = try TargetContext(target, contextLength: 1100, batchLength: 40, compute: compute)
            let draft = try DraftContext(drafter, context: context)
            let reserved = compute.workByteCount
            let tokens = (0..<40).map { Int32($0 * 7 % 480) }
            while context.cache.count + 41 <= context.cache.contextLength {
                let output = try context.forward(tokens[...], logits: 0..<40, hidden: 39..<40)
                try draft.draft(count: 2, token: 5, at: context.cache.count, hidden: output.hidden.base) { _ in 6 }
            }
            _ = try context.forward([9], logits: 0..<1, hidden: 0..<1)
            #expect(compute.workByteCount == reserved)
            withExtendedLifetime(context) {}
        }
    }

    @Test(
        "A context of so many tokens at a time is refused before anything is made",
        arguments: [1 << 30, Int(Int32.max)])
    func refused(_ batchLength: Int) throws {
        let target = try Fixtures.target("e2b-q8_0")
        #expect {
            try TargetContext(
                target, contextLength: .init(Int32.max), batchLength: batchLength, compute: Compute(threadCount: 1))
        } throws: { error in
            if case .cacheTooLarge(Int(Int32.max), _, _, _, _) = error as? ModelError { true } else { false }
        }
    }
}
