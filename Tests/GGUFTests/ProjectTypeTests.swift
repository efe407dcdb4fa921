import GGUF
import Testing

/// Type numbers from 42 up, which other projects use for other formats.
@Suite struct ProjectTypeTests {
    /// A tensor `t` of 64 values of type 45, of which TBQ4_0 needs 36 bytes, and then `u` at `next`, if there is one.
    private func file(next: UInt64?, bytes: Int) -> RawFile {
        var raw = RawFile()
        if let next { raw.addTensor("u", [1], offset: next) }
        raw.addTensor("t", [32, 2], typeID: 45)
        raw.data = Array(repeating: 0, count: bytes)
        return raw
    }

    @Test(arguments: [(UInt64(64), 68), (64, 96), (nil, 64), (nil, 36)] as [(UInt64?, Int)])
    func aPlaceOfTheRightSize(next: UInt64?, bytes: Int) throws {
        #expect(try file(next: next, bytes: bytes).open().tensor("t")?.type == .tbq4_0)
    }

    @Test(arguments: [(UInt64(32), 68, 32, false), (96, 100, 96, false), (nil, 96, 96, true), (nil, 48, 48, true)])
    func aPlaceOfAnotherSize(next: UInt64?, bytes: Int, room: Int, isLast: Bool) {
        let error = GGUFError.foreignType(tensor: "t", type: .tbq4_0, needed: 36, room: room, isLast: isLast)
        #expect(throws: error) { try file(next: next, bytes: bytes).open() }
    }

    @Test func theMessageHasBothReadings() {
        let error = GGUFError.foreignType(tensor: "t", type: .tbq4_0, needed: 36, room: 32, isLast: false)
        #expect(
            error.description.hasPrefix(
                "tensor t: TBQ4_0 (18 bytes per 32 values) needs 36 bytes, but the next tensor begins after 32: this "
                    + "file's type 45 is another project's format"))
    }

    @Test func anotherTypeMayHaveAnyPlace() throws {
        var raw = RawFile()
        raw.addTensor("t", [32], typeID: TensorType.q8_0.id)
        raw.addTensor("u", [1], offset: 128)
        raw.data = Array(repeating: 0, count: 300)
        #expect(try raw.open().tensors.count == 2)
    }
}
