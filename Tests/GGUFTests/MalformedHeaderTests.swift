import GGUF
import Platform
import Testing

/// Files with a wrong header or wrong metadata. Each is refused with the error that names the problem.
@Suite struct MalformedHeaderTests {
    private func expect(
        _ error: GGUFError, _ raw: RawFile, sourceLocation: SourceLocation = #_sourceLocation
    ) {
        #expect(throws: error, sourceLocation: sourceLocation) { try raw.open() }
    }

    // MARK: - Header

    @Test func anEmptyFile() {
        #expect(throws: GGUFError.emptyFile) { try GGUFFile(ByteRegion([])) }
    }

    @Test(arguments: [Array("GGML".utf8), Array("FUGG".utf8), [0, 0, 0, 0], Array("gguf".utf8)])
    func aWrongMagicNumber(magic: [UInt8]) {
        expect(.notGGUF(magic: magic), RawFile(magic: magic))
    }

    @Test func aFileShorterThanTheMagicNumber() {
        #expect(throws: GGUFError.notGGUF(magic: Array("GGU".utf8))) { try GGUFFile(ByteRegion(Array("GGU".utf8))) }
    }

    @Test func theErrorShowsTheMagicNumber() {
        #expect(GGUFError.notGGUF(magic: [0x50, 0x4b, 3, 4]).description.contains("50 4b 3 4"))
    }

    @Test(arguments: [UInt32(2), 3]) func aBigEndianFile(version: UInt32) {
        expect(.bigEndian, RawFile(version: version.byteSwapped))
    }

    @Test(arguments: [UInt32(0), 1, 4, 99, .max]) func anotherVersion(version: UInt32) {
        expect(.unsupportedVersion(version), RawFile(version: version))
    }

    @Test(arguments: [UInt64(1), 1000, 1 << 32, 1 << 63, .max]) func moreTensorsThanTheFileHasRoomFor(count: UInt64) {
        // The 8 bytes of the metadata count follow the tensor count.
        expect(
            .countExceedsFile(what: "the tensor count", count: count, limit: 0),
            RawFile(tensorCount: count, alignment: 1))
    }

    @Test(arguments: [UInt64(1), 1000, 1 << 32, 1 << 63, .max]) func moreEntriesThanTheFileHasRoomFor(count: UInt64) {
        expect(
            .countExceedsFile(what: "the metadata count", count: count, limit: 0),
            RawFile(entryCount: count, alignment: 1))
    }

    // MARK: - Keys

    @Test(arguments: [UInt64(100), 1 << 32, 1 << 63, .max]) func aKeyLongerThanTheFile(length: UInt64) {
        var raw = RawFile(alignment: 1)
        raw.entries = [.littleEndian(length) + Array("key and more".utf8)]
        expect(.truncated(what: "a metadata key", offset: 32, needed: length, available: 12), raw)
    }

    @Test func aKeyOfMoreThan65535Bytes() throws {
        for (length, isTaken) in [(65_535, true), (65_536, false)] {
            var raw = RawFile()
            raw.addEntry(String(repeating: "k", count: length), .bool, [1])
            if isTaken {
                #expect(try raw.open().metadata.keys.map(\.utf8.count) == [length])
            } else {
                let offset = RawFile.prefixLength + 8
                expect(.stringTooLong(what: "a metadata key", offset: offset, length: length, limit: 65_535), raw)
            }
        }
    }

    @Test func keysAreToldApartByTheirBytes() throws {
        // As `String`s the two are equal.
        var raw = RawFile()
        raw.addEntry("\u{e9}", .uint8, [1])
        raw.addEntry("e\u{301}", .uint8, [2])
        var metadata = try raw.open().metadata
        #expect(metadata["\u{e9}"] == .uint8(1))
        #expect(metadata["e\u{301}"] == .uint8(2))
        metadata.remove("\u{e9}")
        #expect(metadata.keys.map { Array($0.utf8) } == [[0x65, 0xcc, 0x81]])
    }

    @Test func anEmptyKey() {
        var raw = RawFile()
        raw.addEntry("a", .bool, [1])
        raw.addEntry("", .bool, [1])
        expect(.emptyKey(offset: RawFile.prefixLength + raw.entries[0].count), raw)
    }

    @Test func aKeyThatAppearsTwice() {
        var raw = RawFile()
        raw.addEntry("twice", .bool, [1])
        raw.addEntry("once", .bool, [1])
        raw.addEntry("twice", .uint8, [1])
        expect(.duplicateKey("twice"), raw)
    }

    @Test func aKeyThatIsNotUTF8() {
        var raw = RawFile()
        raw.entries = [.string(utf8: [0x6b, 0xff]) + .littleEndian(GGUFValueType.bool.rawValue) + [1]]
        expect(.invalidUTF8(what: "a metadata key", offset: RawFile.prefixLength + 8), raw)
    }

    // MARK: - Values

    @Test(arguments: [UInt32(13), 255, .max]) func anUnknownValueType(id: UInt32) {
        var raw = RawFile()
        raw.addEntry("key", typeID: id, [1, 2, 3, 4])
        expect(.unknownValueType(key: "key", id: id), raw)
    }

    @Test(arguments: [UInt32(13), .max]) func anArrayOfAnUnknownType(id: UInt32) {
        var raw = RawFile()
        raw.addArray("key", typeID: id, count: 1, [1, 2, 3, 4])
        expect(.unknownValueType(key: "key", id: id), raw)
    }

    @Test func anArrayOfArrays() {
        var raw = RawFile()
        raw.addArray("key", typeID: GGUFValueType.array.rawValue, count: 0, [])
        expect(.nestedArray(key: "key"), raw)
    }

    /// There are bytes left for two elements; a string takes at least 8.
    @Test(
        arguments: [(GGUFValueType.uint8, 1), (.bool, 1), (.int16, 2), (.float32, 4), (.uint64, 8), (.string, 8)],
        [UInt64(3), 1 << 32, 1 << 61, 1 << 63, .max])
    func anArrayLongerThanTheFile(type: (GGUFValueType, size: Int), count: UInt64) {
        var raw = RawFile(alignment: 1)
        raw.addArray("key", typeID: type.0.rawValue, count: count, Array(repeating: 0, count: 2 * type.size))
        expect(.countExceedsFile(what: "the length of key", count: count, limit: 2), raw)
    }

    @Test(arguments: [UInt64(9), 1 << 32, 1 << 63, .max]) func anArraysStringLongerThanTheFile(length: UInt64) {
        var raw = RawFile(alignment: 1)
        let elements = [UInt8].string("first") + .littleEndian(length) + Array(repeating: 65, count: 8)
        raw.addArray("key", typeID: GGUFValueType.string.rawValue, count: 2, elements)
        let offset = raw.header.count - 8
        expect(.truncated(what: "element 1 of key", offset: offset, needed: length, available: 8), raw)
    }

    @Test(arguments: [UInt64(6), 1 << 32, 1 << 63, .max]) func aStringLongerThanTheFile(length: UInt64) {
        var raw = RawFile(alignment: 1)
        raw.addEntry("key", .string, .littleEndian(length) + Array("value".utf8))
        let offset = raw.header.count - 5
        expect(.truncated(what: "the value of key", offset: offset, needed: length, available: 5), raw)
    }

    @Test(
        arguments: [
            [0xff], [0xc3], [0xc0, 0x80], [0xed, 0xa0, 0x80], [0xf4, 0x90, 0x80, 0x80], [0x61, 0x80, 0x62],
        ] as [[UInt8]])
    func aStringThatIsNotUTF8(utf8: [UInt8]) {
        var raw = RawFile()
        raw.addEntry("key", .string, .string(utf8: utf8))
        expect(.invalidUTF8(what: "the value of key", offset: raw.header.count - utf8.count), raw)
    }

    @Test(arguments: [UInt8(2), 128, 255]) func aBooleanThatIsNeitherTrueNorFalse(value: UInt8) {
        var raw = RawFile()
        raw.addEntry("key", .bool, [value])
        expect(.invalidBool(key: "key", value: value), raw)
    }

    @Test(arguments: 0..<3) func aBooleanOfAnArrayThatIsNeither(index: Int) {
        var values: [UInt8] = [1, 0, 1]
        values[index] = 2
        var raw = RawFile()
        raw.addArray("key", typeID: GGUFValueType.bool.rawValue, count: 3, values)
        expect(.invalidBool(key: "key", value: 2), raw)
    }

    // MARK: - Alignment

    @Test(arguments: [UInt32(0), 3, 33, 1 << 21, 1 << 31, .max]) func anAlignmentThatIsNone(alignment: UInt32) {
        var raw = RawFile()
        raw.addEntry("general.alignment", .uint32, .littleEndian(alignment))
        expect(.invalidAlignment(found: "\(GGUFValue.uint32(alignment))"), raw)
    }

    @Test(
        arguments: [
            .uint64(64), .int32(64), .uint8(64), .float32(64), .string("64"), .bool(true),
            .array(GGUFArray([UInt32(64)])),
        ] as [GGUFValue])
    func anAlignmentOfAnotherType(value: GGUFValue) throws {
        var writer = GGUFWriter()
        writer.metadata = try GGUFMetadata(["general.alignment": value])
        let error = #expect(throws: GGUFError.self) { try GGUFFile(ByteRegion(writer.bytes())) }
        guard case .invalidAlignment = error else {
            Issue.record("unexpected: \(String(describing: error))")
            return
        }
    }
}
