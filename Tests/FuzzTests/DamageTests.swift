import FuzzTargets
import Testing

/// A damaged small model is refused, or generates. `make sweep` tries every position.
@Suite struct DamageTests {
    private static let step = 61  // a prime, to cover all bits of a byte and all bytes of a number

    private static func bytes(isDrafter: Bool) throws -> [UInt8] {
        try isDrafter ? MiniaturePair.drafter() : MiniaturePair.target()
    }

    @Test(arguments: [false, true]) func aModelThatIsCutIsRefused(isDrafter: Bool) throws {
        let bytes = try Self.bytes(isDrafter: isDrafter)
        let end = try MiniaturePair.dataRange(of: bytes).upperBound
        for length in stride(from: 0, to: end, by: Self.step) {
            guard case .refused = try FuzzTarget.model.run(Array(bytes.prefix(length))) else {
                Issue.record("cut to \(length) of \(bytes.count) bytes")
                continue
            }
        }
    }

    @Test(arguments: [false, true]) func anyBitOfAModelsHeaderMayFlip(isDrafter: Bool) throws {
        let bytes = try Self.bytes(isDrafter: isDrafter)
        var (refused, loaded) = (0, 0)
        for bit in try stride(from: 0, to: 8 * MiniaturePair.dataRange(of: bytes).lowerBound, by: Self.step) {
            var damaged = bytes
            damaged[bit / 8] ^= 1 << UInt8(bit % 8)
            switch try FuzzTarget.model.run(damaged) {
            case .accepted: loaded += 1
            case .refused: refused += 1
            }
        }
        // Most bits are lengths, types and offsets. A few only change a text or a number to another valid one.
        #expect(refused > 3 * loaded && loaded > 0)
    }
}
