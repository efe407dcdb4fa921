import GGUF
import Platform
import Testing

/// Strings must be UTF-8, including those of arrays, which are checked in place.
@Suite struct TextTests {
    private func array(_ elements: [[UInt8]]) -> RawFile {
        var raw = RawFile(alignment: 1)
        raw.addEntry("before", .bool, [1])
        raw.addArray(
            "words", typeID: GGUFValueType.string.rawValue, count: UInt64(elements.count),
            elements.flatMap { [UInt8].string(utf8: $0) })
        return raw
    }

    @Test(
        arguments: [
            [0xff], [0xc3], [0xc0, 0x80], [0xed, 0xa0, 0x80], [0xf4, 0x90, 0x80, 0x80], [0x61, 0x80, 0x62],
            Array("0123456789abcde".utf8) + [0x80], Array("01234567".utf8) + [0xe2, 0x96],
        ] as [[UInt8]], 0..<3)
    func anElementThatIsNotUTF8(utf8: [UInt8], index: Int) {
        var elements = ["plain text", "▁Grüße", "🦙"].map { Array($0.utf8) }
        elements[index] = utf8
        let raw = array(elements)
        let offset = raw.header.count - elements[(index + 1)...].reduce(0) { $0 + 8 + $1.count } - utf8.count
        #expect(throws: GGUFError.invalidUTF8(what: "element \(index) of words", offset: offset)) { try raw.open() }
    }

    /// A character may not begin in one element and end in the next.
    @Test func aCharacterInTwoElements() {
        #expect(throws: GGUFError.self) { try array([[0xc3], [0xa9]]).open() }
    }

    /// Another program may write to a mapped file. Then texts may change, but not their lengths.
    @Test func lengthsThatChangeLaterDoNotMatter() throws {
        let raw = array([Array("one".utf8), [], Array("three".utf8)])
        let bytes = UnsafeMutableRawBufferPointer.allocate(byteCount: raw.bytes.count, alignment: 8)
        defer { bytes.deallocate() }
        bytes.copyBytes(from: raw.bytes)
        let file = try GGUFFile(ByteRegion(bytes: UnsafeRawBufferPointer(bytes), owner: "" as AnyObject))
        let strings = try file.metadata.strings("words")
        for index in bytes.indices.dropFirst(RawFile.prefixLength) { bytes[index] = 0xff }
        #expect(strings.map(\.count) == [3, 0, 5])
    }
}
