import GGUF
import Platform
import Tensor
import Testing

/// Weight matrices from files.
@Suite("Matrices of a file")
struct LoadingTests {
    /// 1 MB is enough for four rows of any type.
    private static let bytes = [UInt8](repeating: 0, count: 1 << 20)

    private func file(_ type: TensorType) throws -> GGUFFile {
        var writer = GGUFWriter()
        let size = 4 * type.byteCount(of: 512)
        try writer.add(
            tensor: "w", dimensions: [512, 4], type: type, region: ByteRegion(Self.bytes).slice(0..<size))
        return try GGUFFile(ByteRegion(writer.bytes()))
    }

    @Test("Every format is found by the type of the tensor", arguments: Format.all)
    func formats(format: Format) throws {
        let matrix = try file(format.type).matrix("w", shape: [4, 512])
        #expect(matrix.type == format.type)
        #expect(matrix.byteCount == 4 * format.type.byteCount(of: 512))
    }

    @Test(
        "A type that can be listed but not computed with is named, with its number",
        arguments: [24, 28] as [UInt32])
    func unsupported(id: UInt32) throws {
        let type = try #require(TensorType(id: id))
        let error = #expect(throws: TensorError.self) { try file(type).matrix("w", shape: [4, 512]) }
        let text = try #require(error).description
        #expect(text.hasPrefix("tensor w is stored as \(type.name) (type \(id)), "))
    }
}
