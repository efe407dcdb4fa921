package import Foundation
internal import GGUF
import Tensor

/// Decodes and encodes the block formats of a folder with an index.json: for each type its bytes (`<type>.bin`) and the
/// values they decode to (`<type>.f32`), made of input.f32.
package struct BlockFormatCheck {
    /// Types of the folder that the engine knows, and those that it does not.
    package let known: [String]
    package let unknown: [String]

    private let folder: URL
    private let index: Index
    private let input: [Float]

    private struct Index: Decodable {
        let width: Int
        let rows: Int
        let types: [String: Entry]

        struct Entry: Decodable {
            let ggml_type: UInt32
        }
    }

    package init(folder: URL) throws {
        self.folder = folder
        index = try decodeJSON(Index.self, at: folder.appendingPathComponent("index.json"))
        input = try Self.floats(folder.appendingPathComponent("input.f32"), count: index.width * index.rows)
        let formats = index.types.mapValues { entry in ElementFormats.all.first { $0.type.id == entry.ggml_type } }
        known = formats.filter { $0.value != nil }.keys.sorted()
        unknown = formats.filter { $0.value == nil }.keys.sorted()
    }

    package struct Result: CheckResult {
        package let name: String
        /// The largest error of a value, relative to the largest value of its row.
        let decodeError: Double
        /// The same of the kernel's decoder.
        let kernelError: Double
        let encodeExact: Bool
        package let passed: Bool

        package var line: String {
            """
            \(passed ? "ok    " : "FAILED") \(name) decode \(short(decodeError)) \
            kernel \(short(kernelError)) encode \(mark(encodeExact))
            """
        }
    }

    package func run(_ name: String) throws -> Result {
        guard let id = index.types[name]?.ggml_type, let format = ElementFormats.all.first(where: { $0.type.id == id })
        else { throw CheckError.invalidReference(path: folder.path, reason: "no known type \(name)") }
        let bytes = try read(folder.appendingPathComponent("\(name).bin"))
        let expected = try Self.floats(folder.appendingPathComponent("\(name).f32"), count: input.count)
        return try check(name, format, bytes: [UInt8](bytes), expected: expected)
    }

    private func check(
        _ name: String, _ format: any BlockFormat.Type, bytes: [UInt8], expected: [Float]
    ) throws -> Result {
        let type = format.type
        let rowBytes = type.byteCount(of: index.width)
        guard bytes.count == rowBytes * index.rows else {
            throw CheckError.wrongSize(path: "\(name).bin", expected: rowBytes * index.rows, found: bytes.count)
        }
        var decodeError = 0.0
        var kernelError = 0.0
        var encoded = [UInt8](repeating: 0, count: bytes.count)
        for row in 0..<index.rows {
            let values = row * index.width..<(row + 1) * index.width
            var plain = [Float](repeating: 0, count: index.width)
            var kernel = plain
            bytes.withUnsafeBytes { bytes in
                let start = bytes.baseAddress! + row * rowBytes
                for block in 0..<index.width / type.blockSize {
                    plain.withUnsafeMutableBufferPointer {
                        format.decode(
                            block: start + block * type.blockBytes, into: $0.baseAddress! + block * type.blockSize)
                    }
                }
                kernel.withUnsafeMutableBufferPointer {
                    format.decode(row: start, count: index.width, into: $0.baseAddress!)
                }
            }
            encoded.withUnsafeMutableBytes { encoded in
                input.withUnsafeBufferPointer {
                    (format as? any EncodableFormat.Type)?.encode(
                        row: $0.baseAddress! + values.lowerBound, count: index.width,
                        into: encoded.baseAddress! + row * rowBytes)
                }
            }
            decodeError = max(decodeError, relativeError(plain, expected[values]))
            kernelError = max(kernelError, relativeError(kernel, expected[values]))
        }
        let exact = encoded == bytes
        return Result(
            name: name, decodeError: decodeError, kernelError: kernelError, encodeExact: exact,
            passed: decodeError <= 1e-6 && kernelError <= 1e-6 && exact)
    }

    private func relativeError(_ found: [Float], _ expected: ArraySlice<Float>) -> Double {
        let largest = expected.reduce(0) { max($0, abs($1)) }
        let error = zip(found, expected).reduce(0) { max($0, abs($1.0 - $1.1)) }
        return largest == 0 ? Double(error) : Double(error / largest)
    }

    private static func floats(_ url: URL, count: Int) throws -> [Float] {
        let data = try read(url)
        guard data.count == count * 4 else {
            throw CheckError.wrongSize(path: url.path, expected: count * 4, found: data.count)
        }
        return data.withUnsafeBytes { bytes in
            (0..<count).map { bytes.loadUnaligned(fromByteOffset: $0 * 4, as: Float.self) }
        }
    }
}
