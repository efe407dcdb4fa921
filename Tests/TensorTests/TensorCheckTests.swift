import GGUF
import Platform
import Tensor
import Testing

/// Weights are searched for NaN and infinity, at the places where each format stores floats.
@Suite("Check of tensors")
struct TensorCheckTests {
    private static let (rows, blocks) = (3, 5)

    private func bytes(_ format: Format) -> [UInt8] {
        var generator = Generator(7)
        return format.encoded(generator.floats(Self.rows * Self.blocks * format.type.blockSize))
    }

    private func file(_ format: Format, _ bytes: [UInt8]) throws -> GGUFFile {
        var writer = GGUFWriter()
        try writer.add(tensor: "clean", dimensions: [4], type: .f32, bytes: [UInt8](repeating: 0, count: 16))
        try writer.add(
            tensor: "w", dimensions: [Self.blocks * format.type.blockSize, Self.rows], type: format.type, bytes: bytes)
        return try GGUFFile(ByteRegion(writer.bytes()))
    }

    /// Infinity, negative infinity, and NaN with its lowest, its highest, or all bits set.
    private func nonNumbers(_ encoding: StoredFloats.Encoding) -> [(bytes: [UInt8], isNaN: Bool)] {
        switch encoding {
        case .single:
            [(0x7f80_0000, false), (0xff80_0000, false), (0x7f80_0001, true), (0xffc0_0000, true), (.max, true)]
                .map { (.bytes($0 as UInt32), $1) }
        case .half:
            [(0x7c00, false), (0xfc00, false), (0x7c01, true), (0xfe00, true), (.max, true)]
                .map { (.bytes($0 as UInt16), $1) }
        case .brain:
            [(0x7f80, false), (0xff80, false), (0x7f81, true), (0xffc0, true), (.max, true)]
                .map { (.bytes($0 as UInt16), $1) }
        case .exponent: [([253], false), ([254], false), ([255], true)]
        case .spreadHalf: nonNumbers(.half).map { (.spread($0), $1) }
        }
    }

    private func largest(_ encoding: StoredFloats.Encoding) -> [UInt8] {
        switch encoding {
        case .single: .bytes(0xff7f_ffff as UInt32)
        case .half: .bytes(0xfbff as UInt16)
        case .brain: .bytes(0xff7f as UInt16)
        case .exponent: [252]
        case .spreadHalf: .spread(largest(.half))
        }
    }

    @Test("Clean tensors pass, and so do the largest numbers", arguments: Format.all)
    func clean(format: Format) throws {
        var bytes = bytes(format)
        try file(format, bytes).checkTensors()
        let floats = format.traits.floats
        for offset in floats.offsets {
            let largest = largest(floats.encoding)
            bytes.replaceSubrange(offset..<offset + largest.count, with: largest)
        }
        try file(format, bytes).checkTensors()
    }

    @Test("NaN and infinity are found in every float of every block, and named by their place", arguments: Format.all)
    func found(format: Format) throws {
        let clean = bytes(format)
        let floats = format.traits.floats
        for (index, (bits, isNaN)) in nonNumbers(floats.encoding).enumerated() {
            for offset in floats.offsets {
                let place = (offset + index * 4) % (Self.rows * Self.blocks)  // some row, some block
                var bytes = clean
                let start = place * format.type.blockBytes + offset
                bytes.replaceSubrange(start..<start + bits.count, with: bits)
                let damaged = try file(format, bytes)
                let error = #expect(throws: TensorError.self) { try damaged.checkTensors() }
                #expect(
                    error
                        == .notFinite(
                            tensor: "w", type: format.type, row: place / Self.blocks, block: place % Self.blocks,
                            isNaN: isNaN))
                let text = error?.description
                #expect(text?.contains("tensor w (\(format.type.name)) holds \(isNaN ? "NaN" : "infinity")") == true)
            }
        }
    }

    @Test(
        "A block's values are finite if its stored floats are, for any other bytes", arguments: Format.all)
    func complete(format: Format) {
        var generator = Generator(11)
        let floats = format.traits.floats
        let largest = largest(floats.encoding)
        for _ in 0..<50 {
            var bytes = generator.bytes(format.type.blockBytes)
            for offset in floats.offsets { bytes.replaceSubrange(offset..<offset + largest.count, with: largest) }
            #expect(!format.decoded(bytes).contains { !$0.isFinite })
            for (bits, _) in nonNumbers(floats.encoding) where !floats.offsets.isEmpty {
                var bytes = bytes
                for offset in floats.offsets { bytes.replaceSubrange(offset..<offset + bits.count, with: bits) }
                #expect(format.decoded(bytes).contains { !$0.isFinite })
            }
        }
    }

    @Test("Tensors of other types are skipped")
    func otherTypes() throws {
        var writer = GGUFWriter()
        try writer.add(tensor: "order", dimensions: [4], type: .i32, bytes: [UInt8](repeating: 0xff, count: 16))
        try GGUFFile(ByteRegion(writer.bytes())).checkTensors()
    }
}

extension [UInt8] {
    fileprivate static func bytes(_ value: some FixedWidthInteger) -> [UInt8] {
        Swift.withUnsafeBytes(of: value.littleEndian) { Array($0) }
    }

    /// A half in the upper four bits of four words.
    fileprivate static func spread(_ half: [UInt8]) -> [UInt8] {
        [0, half[0] << 4, 0, half[0] & 0xf0, 0, half[1] << 4, 0, half[1] & 0xf0]
    }
}

/// Memory that a file, a flag or a text asks for may be refused.
@Suite("Memory")
struct MemoryTests {
    @Test("A buffer that no address space holds is an error with its size", arguments: [1 << 60, .max])
    func refused(_ count: Int) {
        let bytes = count.multipliedReportingOverflow(by: 4).overflow ? Int.max : 4 * count
        #expect(throws: TensorError.outOfMemory(bytes: bytes)) { try FloatBuffer(count: count) }
        #expect(throws: TensorError.outOfMemory(bytes: .max)) { try FloatBuffer(count: count, count, count) }
    }
}
