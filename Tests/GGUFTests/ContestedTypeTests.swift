import GGUF
import Testing

/// Type numbers from 42 on mean different formats in different programs. The offset of the next tensor tells which.
@Suite struct ContestedTypeTests {
    private static let ids: [UInt32] = [44, 45, 48, 49, 50]

    /// A tensor `a` of 512 values of the type, optionally followed by another one of 512.
    private func file(_ id: UInt32, next offset: Int? = nil, data: Int) -> RawFile {
        var raw = RawFile()
        raw.addTensor("a", [512], typeID: id)
        if let offset { raw.addTensor("b", [512], typeID: id, offset: UInt64(offset)) }
        raw.data = Array(repeating: 1, count: data)
        return raw
    }

    /// The size of 512 values in bytes, without and with padding.
    private func sizes(_ id: UInt32) throws -> (size: Int, place: Int) {
        let size = try #require(TensorType(id: id)).byteCount(of: 512)
        return (size, (size + 31) / 32 * 32)
    }

    private func expectContested(
        _ id: UInt32, _ raw: RawFile, found: Int, tensor: String = "a",
        sourceLocation: SourceLocation = #_sourceLocation
    ) throws {
        let type = try #require(TensorType(id: id))
        let error = GGUFError.contestedTensorType(
            tensor: tensor, id: id, name: type.name, expected: type.byteCount(of: 512), found: found)
        #expect(throws: error, sourceLocation: sourceLocation) { try raw.open() }
    }

    @Test(arguments: ids) func aTensorThatFillsItsPlaceIsBelieved(id: UInt32) throws {
        let (size, place) = try sizes(id)
        for last in [size, place] {
            #expect(try file(id, next: place, data: place + last).open().tensors.count == 2)
            #expect(try file(id, data: last).open().tensors.count == 1)
        }
    }

    @Test(arguments: ids) func aNextTensorElsewhereMakesItAnotherProgramsType(id: UInt32) throws {
        let (_, place) = try sizes(id)
        for next in [place + 32, place - 32] {
            try expectContested(id, file(id, next: next, data: next + place), found: next)
        }
    }

    /// For the last tensor, the end of the file tells.
    @Test(arguments: ids) func aFileThatEndsElsewhereMakesItAnotherProgramsType(id: UInt32) throws {
        let (size, place) = try sizes(id)
        for found in [place + 1, place + 32, size - 1, 32] {
            try expectContested(id, file(id, data: found), found: found)
            try expectContested(id, file(id, next: place, data: place + found), found: found, tensor: "b")
        }
    }

    @Test(arguments: ids) func aFileThatEndsBeforeTheLastTensorIsTruncated(id: UInt32) throws {
        let (size, place) = try sizes(id)
        let raw = file(id, next: place, data: size - 1)
        let end = UInt64(raw.dataStart + size)
        #expect(throws: GGUFError.tensorOutOfBounds(tensor: "a", end: end, fileSize: raw.bytes.count)) {
            try raw.open()
        }
    }

    @Test func theMessageSaysBothReadings() {
        func message(found: Int) -> String {
            GGUFError.contestedTensorType(tensor: "t", id: 44, name: "TBQ3_0", expected: 224, found: found).description
        }
        #expect(message(found: 256).contains("type 44: as TBQ3_0 it takes 224 bytes, but it has 256 in the file"))
        #expect(message(found: 256).contains("; this is type 44 of another program"))
        #expect(message(found: 192).contains("; the file is truncated, or this is type 44 of another program"))
    }
}
