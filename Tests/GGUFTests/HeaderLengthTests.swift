import Foundation
import GGUF
import Testing

/// A sparse file takes no disk space, but reading what it claims to contain would take memory.
@Suite struct HeaderLengthTests {
    /// Opens a sparse file of 100 GB that begins with the content of `raw`.
    private func open(_ raw: RawFile) throws -> GGUFFile {
        let url = FileManager.default.temporaryDirectory.appendingPathComponent(UUID().uuidString)
        defer { try? FileManager.default.removeItem(at: url) }
        try Data(raw.header).write(to: url)
        let handle = try FileHandle(forWritingTo: url)
        defer { try? handle.close() }
        try handle.truncate(atOffset: 100_000_000_000)
        return try GGUFFile(contentsOf: url)
    }

    private func expectTooLong(_ what: String, _ raw: RawFile, sourceLocation: SourceLocation = #_sourceLocation) {
        #expect(throws: GGUFError.headerTooLong(what: what, limit: 1 << 28), sourceLocation: sourceLocation) {
            try open(raw)
        }
    }

    @Test func aHundredGigabytesOfData() throws {
        var raw = RawFile()
        raw.addTensor("t", [99_000_000_000], typeID: 24)
        #expect(try open(raw).tensors[0].byteCount == 99_000_000_000)
    }

    @Test func moreTensorsThanAHeaderHasRoomFor() {
        expectTooLong("the tensor count", RawFile(tensorCount: 1 << 24))
    }

    @Test func moreEntriesThanAHeaderHasRoomFor() {
        expectTooLong("the metadata count", RawFile(entryCount: 1 << 25))
    }

    @Test func aStringOfGigabytes() {
        var raw = RawFile()
        raw.addEntry("key", .string, .littleEndian(UInt64(1 << 32)))
        expectTooLong("the value of key", raw)
    }

    @Test(
        arguments: [(GGUFValueType.string, 1 << 26), (.uint8, 1 << 28), (.float64, 1 << 26)]
            as [(GGUFValueType, UInt64)])
    func anArrayOfGigabytes(type: GGUFValueType, count: UInt64) {
        var raw = RawFile()
        raw.addArray("key", typeID: type.rawValue, count: count, [])
        expectTooLong("the length of key", raw)
    }

    @Test func aStringOfAnArrayThatReachesTooFar() {
        var raw = RawFile()
        raw.addArray(
            "key", typeID: GGUFValueType.string.rawValue, count: 2, .string("word") + .littleEndian(UInt64(1 << 28)))
        expectTooLong("element 1 of key", raw)
    }
}
