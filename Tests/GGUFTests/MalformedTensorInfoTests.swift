import GGUF
import Testing

/// Files with an impossible tensor. Each is refused with the error that names the problem.
@Suite struct MalformedTensorInfoTests {
    private func expect(
        _ error: GGUFError, _ raw: RawFile, sourceLocation: SourceLocation = #_sourceLocation
    ) {
        #expect(throws: error, sourceLocation: sourceLocation) { try raw.open() }
    }

    private func file(
        _ dimensions: [UInt64], typeID: UInt32 = TensorType.f32.id, offset: UInt64 = 0, data: Int = 64
    ) -> RawFile {
        var raw = RawFile()
        raw.addTensor("t", dimensions, typeID: typeID, offset: offset)
        raw.data = Array(repeating: 1, count: data)
        return raw
    }

    // MARK: - Names

    @Test func aNameOfNoLength() {
        var raw = RawFile()
        raw.addTensor("", [1])
        raw.data = [0, 0, 0, 0]
        expect(.invalidTensorName(""), raw)
    }

    @Test(arguments: [String(repeating: "n", count: 64), String(repeating: "é", count: 32)])
    func aNameOfMoreThan63Bytes(name: String) {
        var raw = RawFile()
        raw.addTensor(name, [1])
        raw.data = [0, 0, 0, 0]
        expect(.stringTooLong(what: "a tensor name", offset: RawFile.prefixLength + 8, length: 64, limit: 63), raw)
    }

    @Test func theLongestNameIsTaken() throws {
        var raw = RawFile()
        raw.addTensor(String(repeating: "n", count: 63), [1])
        raw.data = [0, 0, 0, 0]
        #expect(try raw.open().tensors.count == 1)
    }

    @Test func aNameThatAppearsTwice() {
        var raw = RawFile()
        for (index, name) in ["a", "b", "a"].enumerated() { raw.addTensor(name, [1], offset: UInt64(32 * index)) }
        raw.data = Array(repeating: 0, count: 96)
        expect(.duplicateTensor("a"), raw)
    }

    @Test func namesAreToldApartByTheirBytes() throws {
        // As `String`s the two are equal.
        var raw = RawFile()
        raw.addTensor("\u{e9}", [1])
        raw.addTensor("e\u{301}", [2], offset: 32)
        raw.data = Array(repeating: 0, count: 64)
        let file = try raw.open()
        #expect(file.tensor("\u{e9}")?.rowLength == 1)
        #expect(file.tensor("e\u{301}")?.rowLength == 2)
    }

    @Test func aNameThatIsNotUTF8() {
        var raw = RawFile()
        raw.tensors = [.string(utf8: [0xfe]) + Array(repeating: 0, count: 24)]
        expect(.invalidUTF8(what: "a tensor name", offset: RawFile.prefixLength + 8), raw)
    }

    @Test(arguments: [UInt64(25), 1 << 32, 1 << 63, .max]) func aNameLongerThanTheFile(length: UInt64) {
        var raw = RawFile(alignment: 1)
        raw.tensors = [.littleEndian(length) + Array(repeating: 65, count: 24)]
        expect(.truncated(what: "a tensor name", offset: 32, needed: length, available: 24), raw)
    }

    // MARK: - Dimensions

    @Test func noDimensions() { expect(.dimensionCount(tensor: "t", count: 0), file([])) }

    @Test func fiveDimensions() { expect(.dimensionCount(tensor: "t", count: 5), file([1, 1, 1, 1, 1])) }

    @Test(arguments: [UInt32(6), 1 << 31, .max]) func anAbsurdNumberOfDimensions(count: UInt32) {
        var raw = RawFile()
        raw.tensors = [.string("t") + .littleEndian(count) + Array(repeating: 0, count: 64)]
        expect(.dimensionCount(tensor: "t", count: count), raw)
    }

    /// Lengths are unsigned in the file, but other readers treat them as signed.
    @Test(arguments: [[-1], [4, -1], [-4, -4], [.min, 2]] as [[Int64]]) func aNegativeLength(dimensions: [Int64]) {
        let lengths = dimensions.map { UInt64(bitPattern: $0) }
        expect(.sizeOverflow(tensor: "t", dimensions: lengths), file(lengths))
    }

    @Test(
        arguments: [
            [1 << 32, 1 << 31], [1 << 32, 1 << 32], [3, 1 << 62], [1 << 16, 1 << 16, 1 << 16, 1 << 16], [1 << 63],
            [.max],
            [1, .max], [0, .max],
        ] as [[UInt64]])
    func moreElementsThanAnIntCanCount(dimensions: [UInt64]) {
        expect(.sizeOverflow(tensor: "t", dimensions: dimensions), file(dimensions))
    }

    @Test(arguments: [[1 << 61], [1 << 61, 1], [1 << 30, 1 << 31]] as [[UInt64]])
    func moreBytesThanAnIntCanCount(dimensions: [UInt64]) {
        expect(.sizeOverflow(tensor: "t", dimensions: dimensions), file(dimensions))
    }

    /// One dimension is zero, so the product does not reveal an overflow of the others.
    @Test(arguments: [[0, 1 << 32, 1 << 32], [1 << 62, 0], [0, 1 << 62, 1 << 62, 1 << 62]] as [[UInt64]])
    func anEmptyTensorOfAbsurdLengthsDoesNotTrap(dimensions: [UInt64]) {
        let raw = file(dimensions)
        do {
            let file = try raw.open()
            #expect(file.tensors[0].elementCount == 0)
            #expect(file.tensors[0].byteCount == 0)
        } catch {
            #expect(error == .sizeOverflow(tensor: "t", dimensions: dimensions))
        }
    }

    // MARK: - Types

    @Test(arguments: [UInt32(4), 5, 31, 33, 36, 43, 99, .max]) func anUnknownType(id: UInt32) {
        expect(.unknownTensorType(tensor: "t", id: id), file([32], typeID: id))
    }

    @Test(
        arguments: [
            (TensorType.q4_0, 31), (.q4_0, 33), (.q8_0, 1), (.q8_0, 48), (TensorType(id: 12), 128),
        ] as [(TensorType?, Int)])
    func aRowThatIsNotWholeBlocks(type: TensorType?, length: Int) throws {
        let type = try #require(type)
        let error = GGUFError.rowNotWholeBlocks(
            tensor: "t", rowLength: length, type: type.name, blockSize: type.blockSize)
        // Blocks do not continue in the next row, even if the total is a multiple of the block size.
        expect(error, file([UInt64(length), 256], typeID: type.id, data: 20_000))
    }

    /// Sizes as declared in ggml: (id, values per block, bytes per block).
    @Test(arguments: [
        (0, 1, 4), (1, 1, 2), (2, 32, 18), (3, 32, 20), (6, 32, 22), (7, 32, 24), (8, 32, 34), (10, 256, 84),
        (11, 256, 110), (12, 256, 144), (13, 256, 176), (14, 256, 210), (20, 32, 18), (23, 256, 136), (24, 1, 1),
        (25, 1, 2), (26, 1, 4), (27, 1, 8), (28, 1, 8), (30, 1, 2), (44, 32, 14), (45, 32, 18), (48, 128, 52),
        (49, 256, 98), (50, 256, 130),
    ]) func aTypesBlocksHaveTheirSize(id: UInt32, values: Int, bytes: Int) throws {
        let raw = file([UInt64(2 * values), 3], typeID: id, data: 6 * bytes)
        let tensor = try raw.open().tensors[0]
        #expect(tensor.type.id == id)
        #expect(tensor.byteCount == 6 * bytes)
        var short = raw
        short.data.removeLast()
        // If the number may be another program's, that is the better explanation.
        expect(
            id < 42
                ? .tensorOutOfBounds(tensor: "t", end: UInt64(raw.bytes.count), fileSize: raw.bytes.count - 1)
                : .contestedTensorType(
                    tensor: "t", id: id, name: tensor.type.name, expected: 6 * bytes, found: 6 * bytes - 1), short)
    }
}
