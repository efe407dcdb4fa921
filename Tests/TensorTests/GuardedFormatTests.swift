import GGUF
import Tensor
import Testing

/// Nothing is read past a tensor's bytes: in a file they may end where the map does.
@Suite struct GuardedFormatTests {
    @Test func whoeverReadsPastAnEdgeIsStopped() async {
        await #expect(processExitsWith: .failure) {
            let memory = try GuardedMemory([1, 2, 3], at: .end)
            print((memory.base + 3).load(as: UInt8.self))
        }
        await #expect(processExitsWith: .failure) {
            let memory = try GuardedMemory([1, 2, 3], at: .start)
            print((memory.base - 1).load(as: UInt8.self))
        }
    }

    private static func counts(_ format: Format) -> [Int] {
        format.isQuantized ? [1, 2, 3].map { $0 * format.granule } : [1, 2, 15, 16, 17, 31, 32, 33, 63, 65, 100]
    }

    @Test(arguments: Format.all, Form.all)
    func decodersStayInside(format: Format, form: Form) throws {
        for edge in GuardedMemory.Edge.allCases { try checkDecoders(format, edge, form.kernels) }
    }

    private func checkDecoders(
        _ format: Format, _ edge: GuardedMemory.Edge, _ kernels: any KernelSet.Type
    ) throws {
        var generator = Generator(61)
        for count in Self.counts(format) {
            let bytes = format.encoded(generator.floats(count))
            let row = try GuardedMemory(bytes, at: edge)
            let expected = format.decoded(bytes, by: kernels)
            let whole = try GuardedMemory(byteCount: 4 * count, at: edge)
            let blocks = try GuardedMemory(byteCount: 4 * count, at: edge)
            withExtendedLifetime((row, whole, blocks)) {
                let values = whole.rows(width: count)
                kernels.decode(row.base, format.type.id, count: count, into: values.base)
                #expect(Array(values.row(0)) == expected)
                let parts = blocks.rows(width: count)
                kernels.decodePlainly(row.base, format.type.id, count: count, into: parts.base)
                #expect(Array(parts.row(0)) == expected)
            }
        }
    }

    @Test(arguments: Format.all, Form.all)
    func dotProductsStayInside(format: Format, form: Form) throws {
        for edge in GuardedMemory.Edge.allCases { try checkDotProducts(format, edge, form.kernels) }
    }

    private func checkDotProducts(
        _ format: Format, _ edge: GuardedMemory.Edge, _ kernels: any KernelSet.Type
    ) throws {
        var generator = Generator(62)
        for count in Self.counts(format) {
            let bytes = format.encoded(generator.floats(count))
            let x = generator.floats(count)
            let expected = bytes.withUnsafeBytes { bytes in
                bytes.baseAddress.map { kernels.dot($0, format.type.id, x, count: count) }
            }
            let row = try GuardedMemory(bytes, at: edge)
            let product = try x.guarded(edge, width: count, to: 1, width: 1) { input, output in
                output.base[0] = kernels.dot(row.base, format.type.id, input.base, count: count)
            }
            #expect(withExtendedLifetime(row) { product.first } == expected)
        }
    }

    @Test(arguments: Format.encodable, Form.all)
    func encodersStayInside(format: Format, form: Form) throws {
        for edge in GuardedMemory.Edge.allCases { try checkEncoders(format, edge, form.kernels) }
    }

    private func checkEncoders(
        _ format: Format, _ edge: GuardedMemory.Edge, _ kernels: any KernelSet.Type
    ) throws {
        var generator = Generator(63)
        for count in Self.counts(format) {
            let values = generator.floats(count)
            let importance = generator.floats(count).map(abs)
            let row = try GuardedMemory(byteCount: format.type.byteCount(of: count), at: edge)
            _ = try values.guarded(edge, width: count, to: 0, width: 1) { input, _ in
                kernels.encode(input.base, format.type.id, count: count, importance: nil, into: row.base)
            }
            #expect(withExtendedLifetime(row) { Array(row.bytes) } == format.encoded(values, by: kernels))

            let weighted = try GuardedMemory(byteCount: format.type.byteCount(of: count), at: edge)
            let columns = try importance.withUnsafeBytes { try GuardedMemory(Array($0), at: edge) }
            _ = try values.guarded(edge, width: count, to: 0, width: 1) { input, _ in
                kernels.encode(
                    input.base, format.type.id, count: count, importance: columns.rows(width: count).base,
                    into: weighted.base)
            }
            #expect(
                withExtendedLifetime((weighted, columns)) { Array(weighted.bytes) }
                    == format.encoded(values, importance: importance, by: kernels))
        }
    }

    /// Metadata whose last text ends with the file.
    @Test func theReaderStaysInside() throws {
        for length in 0..<20 {
            let text = String(repeating: "x", count: length)
            var writer = GGUFWriter()
            try writer.metadata.add("general.alignment", .uint32(1))
            try writer.metadata.add("numbers", .array(GGUFArray([Int32(1), 2, 3])))
            try writer.metadata.add("texts", .array(GGUFArray(["", "é", text])))
            let memory = try GuardedMemory(writer.bytes())
            let metadata = try GGUFFile(memory.region).metadata
            #expect(try metadata.integers("numbers") == [1, 2, 3])
            let texts = try metadata.strings("texts")
            #expect(
                withExtendedLifetime(texts) { texts.map { String(decoding: $0, as: UTF8.self) } } == ["", "é", text])
        }
    }
}
