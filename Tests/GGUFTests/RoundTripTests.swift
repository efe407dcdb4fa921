import GGUF
import Platform
import Testing

/// What the writer writes and the reader reads.
@Suite struct RoundTripTests {
    private func reopened(_ writer: GGUFWriter) throws -> GGUFFile { try GGUFFile(ByteRegion(writer.bytes())) }

    private func reopened(_ metadata: GGUFMetadata) throws -> GGUFFile {
        var writer = GGUFWriter()
        writer.metadata = metadata
        return try reopened(writer)
    }

    // MARK: - Layout

    @Test(arguments: [UInt32(2), 3]) func theWriterLaysBytesOutAsTheFormatSays(version: UInt32) throws {
        var raw = RawFile(version: version)
        raw.addEntry("ü", .string, .string("né"))
        raw.addEntry("n", .uint16, [0x34, 0x12])
        raw.addArray("b", typeID: 7, count: 2, [1, 0])
        raw.addTensor("t", [1, 3], typeID: 0, offset: 0)
        raw.addTensor("u", [2], typeID: 30, offset: 32)
        raw.data = Array(1...12) + Array(repeating: 0, count: 20) + Array(1...4) + Array(repeating: 0, count: 28)

        var writer = GGUFWriter(version: version)
        writer.metadata = try GGUFMetadata([
            "ü": .string("né"), "n": .uint16(0x1234), "b": .array(GGUFArray([true, false])),
        ])
        try writer.add(tensor: "t", dimensions: [1, 3], type: .f32, bytes: Array(1...12))
        try writer.add(tensor: "u", dimensions: [2], type: .bf16, bytes: Array(1...4))
        #expect(writer.bytes() == raw.bytes)
    }

    @Test(arguments: [UInt32(2), 3]) func aFileThatIsReadAndWrittenKeepsEveryByte(version: UInt32) throws {
        var raw = RawFile.specimen(version: version)
        // The writer pads with zeros, also after the last tensor.
        for index in 24..<64 { raw.data[index] = 0 }
        for index in 132..<192 { raw.data[index] = 0 }
        raw.data += Array(repeating: 0, count: 56)
        let file = try raw.open()
        #expect(file.version == version)
        #expect(try file.rewritten() == raw.bytes)
    }

    // MARK: - Values

    private static let values: [GGUFValue] = [
        .uint8(.max), .int8(.min), .uint16(.max), .int16(.min), .uint32(.max), .int32(.min), .uint64(.max),
        .int64(.min), .float32(-0.1), .float32(-.infinity), .float32(.leastNonzeroMagnitude),
        .float64(0.1), .float64(.greatestFiniteMagnitude), .bool(true), .bool(false),
        .string(""), .string("plain"), .string("Grüße, 世界 🦙"), .string("a\0b\n"),
        .array(GGUFArray(["", "Grüße", "🦙\n", ""])), .array(GGUFArray([String]())),
        .array(GGUFArray([Int32.min, -1, 0, .max])), .array(GGUFArray([UInt32.max, 0])),
        .array(GGUFArray([Float(-0.5), .infinity])), .array(GGUFArray([true, false, true])),
        .array(GGUFArray([Bool]())), .array(GGUFArray([Int32]())),
    ]

    @Test(arguments: values) func aValueOfAnyTypeComesBack(value: GGUFValue) throws {
        let metadata = try reopened(GGUFMetadata(["before": .bool(true), "key": value, "after": .int8(-3)])).metadata
        #expect(metadata.keys == ["before", "key", "after"])
        #expect(metadata["key"] == value)
        #expect(metadata["key"]?.type == value.type)
        #expect(metadata["after"] == .int8(-3))
    }

    @Test func everyTypeIsAmongTheValues() {
        #expect(Set(Self.values.map(\.type)) == Set(GGUFValueType.allCases))
    }

    @Test func theBitsOfNaNAndNegativeZeroComeBack() throws {
        let float = Float(bitPattern: 0xffc1_2345)
        let double = Double(bitPattern: 0xfff8_0000_dead_beef)
        let metadata = try reopened(
            GGUFMetadata(["f": .float32(float), "d": .float64(double), "z": .float32(-0.0)])
        ).metadata
        guard case .float32(let f) = metadata["f"], case .float64(let d) = metadata["d"],
            case .float32(let z) = metadata["z"]
        else {
            Issue.record("a float changed its type")
            return
        }
        #expect(f.bitPattern == float.bitPattern)
        #expect(d.bitPattern == double.bitPattern)
        #expect(z.sign == .minus)
    }

    /// The first, the middle and the last element of an array of each type of fixed size.
    private static let arrays: [(GGUFValueType, [GGUFValue], [UInt8])] = [
        (.uint8, [.uint8(0), .uint8(255)], [0, 255]),
        (.int8, [.int8(-128), .int8(127)], [128, 127]),
        (.uint16, [.uint16(0x1234), .uint16(.max)], [0x34, 0x12, 255, 255]),
        (.int16, [.int16(-2), .int16(.max)], [254, 255, 255, 127]),
        (.uint32, [.uint32(1), .uint32(.max)], .littleEndian(UInt32(1)) + .littleEndian(UInt32.max)),
        (.int32, [.int32(.min), .int32(7)], .littleEndian(Int32.min) + .littleEndian(Int32(7))),
        (.uint64, [.uint64(.max), .uint64(2)], .littleEndian(UInt64.max) + .littleEndian(UInt64(2))),
        (.int64, [.int64(.min), .int64(3)], .littleEndian(Int64.min) + .littleEndian(Int64(3))),
        (.float32, [.float32(1), .float32(-0.1)], [0, 0, 128, 63] + .littleEndian(Float(-0.1).bitPattern)),
        (.float64, [.float64(1), .float64(-0.1)], [0, 0, 0, 0, 0, 0, 240, 63] + .littleEndian((-0.1).bitPattern)),
        (.bool, [.bool(false), .bool(true)], [0, 1]),
    ]

    @Test(arguments: arrays) func anArrayOfAnyFixedSizeTypeIsReadAndWrittenBack(
        type: GGUFValueType, elements: [GGUFValue], bytes: [UInt8]
    ) throws {
        var raw = RawFile()
        raw.addEntry("odd", .bool, [1])  // what follows is not aligned
        raw.addArray("values", typeID: type.rawValue, count: UInt64(elements.count), bytes)
        raw.alignment = 32
        let file = try raw.open()
        guard case .array(let array) = file.metadata["values"] else {
            Issue.record("no array")
            return
        }
        #expect(array.elementType == type)
        #expect(array.count == elements.count)
        #expect((0..<array.count).map { array.element(at: $0) } == elements)
        #expect(array.element(at: -1) == nil)
        #expect(array.element(at: array.count) == nil)
        #expect(array.strings == nil)
        #expect(try file.rewritten() == raw.bytes)
    }

    @Test func everyFixedSizeTypeIsAmongTheArrays() {
        #expect(Set(Self.arrays.map(\.0)) == Set(GGUFValueType.allCases).subtracting([.string, .array]))
    }

    @Test func arraysDifferByTypeAndContent() throws {
        #expect(GGUFArray([Int32(1), 2]) != GGUFArray([UInt32(1), 2]))
        #expect(GGUFArray([Int32(1), 2]) != GGUFArray([Int32(1), 3]))
        #expect(GGUFArray(["ab", "c"]) != GGUFArray(["a", "bc"]))
        #expect(GGUFArray(["ab", "c"]) == GGUFArray(["ab", "c"]))
    }

    // MARK: - Tensors

    @Test func tensorsComeBackPaddedAndInOrder() throws {
        var writer = GGUFWriter()
        let shapes: [(String, [Int], TensorType)] = [
            ("one", [1], .f32), ("q4", [64, 3], .q4_0), ("half", [5, 1, 1, 7], .f16), ("empty", [32, 0], .q8_0),
            ("q8", [32], .q8_0), ("ints", [3], .i32), (String(repeating: "n", count: 63), [1, 3], .bf16),
        ]
        var contents: [[UInt8]] = []
        for (index, (name, dimensions, type)) in shapes.enumerated() {
            let size = dimensions.reduce(1, *) / type.blockSize * type.blockBytes
            contents.append((0..<size).map { UInt8(truncatingIfNeeded: $0 * 7 + index) })
            try writer.add(tensor: name, dimensions: dimensions, type: type, bytes: contents[index])
        }
        let file = try reopened(writer)
        #expect(file.tensors.map(\.name) == shapes.map(\.0))
        #expect(file.tensors.map(\.dimensions) == shapes.map(\.1))
        #expect(file.tensors.map(\.type) == shapes.map(\.2))
        #expect(file.tensors.allSatisfy { $0.offset.isMultiple(of: 32) })
        #expect(file.tensors.map { file.bytes(of: $0) } == contents)
        #expect(file.tensor("half") == file.tensors[2])
        #expect(file.tensor("none") == nil)
        #expect(file.tensors[1].rowLength == 64 && file.tensors[1].rowCount == 3)
        #expect(file.tensors[2].rowCount == 7 && file.tensors[2].elementCount == 35)
        #expect(file.tensors[3].elementCount == 0 && file.tensors[3].byteCount == 0)
    }

    @Test(arguments: [UInt32(1), 8, 64, 4096, 1 << 20]) func theFileSaysHowItsTensorsAreAligned(
        alignment: UInt32
    ) throws {
        var writer = GGUFWriter()
        writer.metadata = try GGUFMetadata(["general.alignment": .uint32(alignment)])
        try writer.add(tensor: "a", dimensions: [3], type: .f16, bytes: [1, 2, 3, 4, 5, 6])
        try writer.add(tensor: "b", dimensions: [1], type: .f16, bytes: [7, 8])
        let bytes = writer.bytes()
        let file = try GGUFFile(ByteRegion(bytes))
        #expect(file.alignment == Int(alignment))
        #expect(file.tensors.map(\.offset) == [0, max(6, Int(alignment))])
        #expect(file.bytes(of: file.tensors[0]) == [1, 2, 3, 4, 5, 6])
        #expect(file.bytes(of: file.tensors[1]) == [7, 8])
        #expect(bytes.count.isMultiple(of: Int(alignment)))
        #expect(try file.rewritten() == bytes)
    }

    @Test func withoutAKeyTheAlignmentIs32() throws {
        #expect(try RawFile().open().alignment == 32)
    }

    // MARK: - Small files

    @Test(arguments: [UInt32(2), 3]) func aHeaderAloneIsAFile(version: UInt32) throws {
        let file = try RawFile(version: version, alignment: 1).open()
        #expect(file.version == version)
        #expect(file.tensors.isEmpty)
        #expect(file.metadata.keys.isEmpty)
    }

    @Test(arguments: [1, 32]) func metadataAloneIsAFile(alignment: Int) throws {
        var raw = RawFile(alignment: alignment)
        raw.addEntry("key", .uint8, [7])
        let file = try raw.open()
        #expect(file.metadata.keys == ["key"])
        #expect(file.metadata["key"] == .uint8(7))
        #expect(file.tensors.isEmpty)
    }

    @Test(arguments: [[0], [0, 3], [3, 0], [4, 0, 5], [0, 0, 0, 0], [4, 1, 1, 0]] as [[UInt64]])
    func aTensorMayBeEmpty(dimensions: [UInt64]) throws {
        var raw = RawFile()
        raw.addTensor("empty", dimensions)
        let file = try raw.open()
        #expect(file.tensors[0].dimensions == dimensions.map { Int($0) })
        #expect(file.tensors[0].elementCount == 0)
        #expect(file.bytes(of: file.tensors[0]) == [])
    }
}
