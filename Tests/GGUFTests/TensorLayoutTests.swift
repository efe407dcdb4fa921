import GGUF
import Testing

/// Offsets of tensors: each at the padded end of the one before it, and inside the file.
@Suite struct TensorLayoutTests {
    private func expect(
        _ error: GGUFError, _ raw: RawFile, sourceLocation: SourceLocation = #_sourceLocation
    ) {
        #expect(throws: error, sourceLocation: sourceLocation) { try raw.open() }
    }

    private static let int8: UInt32 = 24

    /// Tensors `t0`, `t1`, ... of `lengths` bytes each at `offsets`.
    private func file(
        _ lengths: [UInt64], at offsets: [UInt64], alignment: UInt32? = nil, data: Int
    ) -> RawFile {
        var raw = RawFile()
        if let alignment {
            raw.addEntry("general.alignment", .uint32, .littleEndian(alignment))
            raw.alignment = Int(alignment)
        }
        for (index, (length, offset)) in zip(lengths, offsets).enumerated() {
            raw.addTensor("t\(index)", [length], typeID: Self.int8, offset: offset)
        }
        raw.data = (0..<data).map { UInt8(truncatingIfNeeded: $0) }
        return raw
    }

    // MARK: - Offsets

    @Test(arguments: [1, 4, 16, 33, .max] as [UInt64]) func anOffsetBetweenTwoAlignedOnes(offset: UInt64) {
        expect(.tensorMisaligned(tensor: "t0", offset: offset, alignment: 32), file([4], at: [offset], data: 64))
        expect(
            .tensorMisaligned(tensor: "t1", offset: offset, alignment: 32), file([4, 4], at: [0, offset], data: 64))
    }

    @Test func anOffsetThatIsAlignedForTheDefaultOnly() {
        expect(
            .tensorMisaligned(tensor: "t1", offset: 32, alignment: 64),
            file([4, 4], at: [0, 32], alignment: 64, data: 128))
    }

    /// Offsets computed with one alignment, in a file that declares another.
    @Test func anOffsetThatIsAlignedForALargerAlignment() {
        expect(
            .tensorMisplaced(tensor: "t1", offset: 64, expected: 32), file([4, 4], at: [0, 64], data: 128))
        expect(
            .tensorMisplaced(tensor: "t1", offset: 32, expected: 4),
            file([4, 4], at: [0, 32], alignment: 1, data: 128))
    }

    @Test(arguments: [32, 64, 1 << 40, 1 << 63, .max - 31] as [UInt64]) func aGapInFrontOfTheFirstTensor(offset: UInt64)
    {
        expect(.tensorMisplaced(tensor: "t0", offset: offset, expected: 0), file([4], at: [offset], data: 128))
    }

    @Test(arguments: [96, 128, 1 << 40, 1 << 63, .max - 31] as [UInt64]) func aGapBetweenTwoTensors(offset: UInt64) {
        expect(
            .tensorMisplaced(tensor: "t1", offset: offset, expected: 64), file([33, 4], at: [0, offset], data: 256))
    }

    @Test(arguments: [UInt64(0), 32]) func aTensorOverAnotherOne(offset: UInt64) {
        expect(
            .tensorMisplaced(tensor: "t1", offset: offset, expected: 64), file([33, 4], at: [0, offset], data: 256))
    }

    @Test func tensorsInAnotherOrderThanTheirData() {
        expect(.tensorMisplaced(tensor: "t0", offset: 32, expected: 0), file([4, 4], at: [32, 0], data: 64))
    }

    @Test func anEmptyTensorTakesNoBytesButHasItsPlace() throws {
        let opened = try file([0, 33, 0, 0, 4], at: [0, 0, 64, 64, 64], data: 68).open()
        #expect(opened.tensors.map(\.offset) == [0, 0, 64, 64, 64])
        #expect(opened.bytes(of: opened.tensors[4]) == [64, 65, 66, 67])
        expect(.tensorMisplaced(tensor: "t1", offset: 32, expected: 0), file([0, 4], at: [0, 32], data: 64))
        expect(.tensorMisplaced(tensor: "t1", offset: 0, expected: 32), file([4, 0], at: [0, 0], data: 64))
    }

    // MARK: - Sums

    @Test func aSizeWhosePaddingOverflows() {
        let most = UInt64(Int.max)
        for length in [most, most - 15, most - 31] {
            expect(.totalSizeOverflow(tensor: "t0"), file([length], at: [0], data: 64))
        }
        expect(.totalSizeOverflow(tensor: "t0"), file([most - (1 << 20) + 1], at: [0], alignment: 1 << 20, data: 64))
    }

    @Test func sizesWhoseSumOverflows() {
        expect(.totalSizeOverflow(tensor: "t1"), file([1 << 62, 1 << 62], at: [0, 1 << 62], data: 64))
        let third = UInt64(3) << 60
        expect(.totalSizeOverflow(tensor: "t2"), file([third, third, third], at: [0, third, 2 * third], data: 64))
    }

    // MARK: - The end of the file

    @Test(arguments: [65, 1 << 30, 1 << 62] as [UInt64]) func dataPastTheEnd(length: UInt64) {
        let raw = file([length], at: [0], data: 64)
        let end = UInt64(raw.dataStart) + length
        expect(.tensorOutOfBounds(tensor: "t0", end: end, fileSize: raw.bytes.count), raw)
    }

    @Test func theFirstTensorPastTheEndIsNamed() {
        let raw = file([32, 33, 32], at: [0, 32, 96], data: 64)
        expect(.tensorOutOfBounds(tensor: "t1", end: UInt64(raw.dataStart) + 65, fileSize: raw.bytes.count), raw)
    }

    @Test func noDataAtAll() {
        var raw = file([4], at: [0], data: 0)
        let end = UInt64(raw.dataStart) + 4
        expect(.tensorOutOfBounds(tensor: "t0", end: end, fileSize: raw.bytes.count), raw)
        raw.alignment = 1  // the file ends with its header, without the padding
        expect(.tensorOutOfBounds(tensor: "t0", end: end, fileSize: raw.header.count), raw)
    }

    @Test func thePaddingAfterTheLastTensorMayBeMissing() throws {
        let opened = try file([64, 5], at: [0, 64], data: 69).open()
        #expect(opened.bytes(of: opened.tensors[1]) == [64, 65, 66, 67, 68])
    }

    @Test func emptyTensorsMayFollowWhereThePaddingIsMissing() throws {
        let opened = try file([5, 0], at: [0, 32], data: 5).open()
        #expect(opened.bytes(of: opened.tensors[0]) == [0, 1, 2, 3, 4])
        #expect(opened.bytes(of: opened.tensors[1]) == [])
    }

    @Test(arguments: [96, 97, 1000]) func bytesAfterTheLastTensorAreIgnored(count: Int) throws {
        let opened = try file([64, 5], at: [0, 64], data: count).open()
        #expect(opened.bytes(of: opened.tensors[1]) == [64, 65, 66, 67, 68])
    }
}
