package import Foundation
internal import GGUF
import Tensor

/// Checks the decoders and encoders of block formats against a folder with an index.json. For each type it contains the
/// reference's encoding of input.f32 (`<type>.bin`) and the values that this decodes to (`<type>.f32`).
package struct BlockFormatCheck {
    /// Types of the folder that the engine supports, and those that it does not.
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
            /// The root mean square error of the reference's encoding, in single precision.
            let rmse: Double
            /// Whether the values and the error are those of the rotated rows that the blocks code.
            let rotated: Bool?
        }
    }

    package init(folder: URL) throws {
        try self.init(index: read(folder.appendingPathComponent("index.json")), folder: folder)
    }

    /// - Parameter json: the content of index.json.
    package init(index json: Data, folder: URL) throws {
        self.folder = folder
        index = try decodeJSON(Index.self, json, path: "index.json")
        let sizes = 1...1 << 20
        guard sizes.contains(index.width), sizes.contains(index.rows) else {
            throw CheckError.invalidReference(
                path: "index.json",
                reason: "width \(index.width), rows \(index.rows); expected 1 to \(sizes.upperBound) of each")
        }
        input = try Self.floats(folder.appendingPathComponent("input.f32"), count: index.width * index.rows)
        let types = index.types
        let formats = types.mapValues { entry in ElementFormats.all.first { $0.id == entry.ggml_type } }
        known = formats.filter { $0.value != nil }.keys.sorted()
        unknown = formats.filter { $0.value == nil }.keys.sorted().map { "\($0) (type \(types[$0]?.ggml_type ?? 0))" }
    }

    package struct Result: CheckResult {
        package let name: String
        /// The largest error of a value, relative to the largest value of its row.
        let decodeError: Double
        /// The same for the row decoder, which some formats implement with vectors.
        let rowError: Double
        /// The limit for both.
        let tolerance: Double
        /// The result of the encoder; nil if the format does not have one.
        let encoded: Encoded?

        package var passed: Bool {
            decodeError <= tolerance && rowError <= tolerance && encoded?.passed ?? true
        }

        package var line: String {
            let name = name.padding(toLength: 8, withPad: " ", startingAt: 0)
            return "\(passed ? "ok    " : "FAILED") \(name) decode \(short(decodeError)) row \(short(rowError)) "
                + (encoded.map(\.line) ?? "no encoder")
        }
    }

    package struct Encoded: Encodable, Sendable {
        /// Whether every byte equals the reference's.
        let isExact: Bool
        /// The share of codes that equal the reference's, for formats that are judged by it.
        let equalCodes: Double?
        /// The root mean square error, and that of the reference encoder.
        let rmse: Double
        let referenceRMSE: Double
        let passed: Bool

        fileprivate var line: String {
            let codes = equalCodes.map { String(format: " codes %.3f %%", $0 * 100) } ?? ""
            return
                "encode \(mark(isExact))\(codes) rmse \(String(format: "%.5f (reference %.5f)", rmse, referenceRMSE))"
        }
    }

    package func run(_ name: String) throws -> Result {
        guard let entry = index.types[name],
            let type = ElementFormats.all.first(where: { $0.id == entry.ggml_type })
        else { throw CheckError.invalidReference(path: folder.path, reason: "no known type \(name)") }
        let bytes = [UInt8](try read(folder.appendingPathComponent("\(name).bin")))
        var expected = try Self.floats(folder.appendingPathComponent("\(name).f32"), count: input.count)
        var referenceRMSE = entry.rmse
        if entry.rotated == true {
            expected = TrellisBasis.rotatedBack(expected)
            referenceRMSE = rootMeanSquare(expected)
        }
        let size = type.byteCount(of: index.width) * index.rows
        guard index.width.isMultiple(of: type.blockSize), bytes.count == size else {
            throw CheckError.wrongSize(path: "\(name).bin", expected: size, found: bytes.count)
        }
        let (plain, rows) = decode(bytes, type)
        return Result(
            name: name, decodeError: relativeError(plain, expected), rowError: relativeError(rows, expected),
            tolerance: Self.rotatedByQR[type] != nil ? 1e-5 : 1e-6,
            encoded: ElementFormats.encodable.contains(type)
                ? encode(type, bytes, referenceRMSE: referenceRMSE) : nil)
    }

    /// Formats whose rotation comes from a QR decomposition, which every library rounds differently.
    private static let rotatedByQR = [TensorType.tbq3_k: 3, .tbq4_k: 4]
    /// Formats whose encoder searches for scales: they only have to be as good as the reference's.
    private static let searched: Set<TensorType> = [.q4_k, .q5_k, .q6_k, .iq4_nl]

    /// The values of `bytes`, from the plain decoder and from the row decoder.
    private func decode(_ bytes: [UInt8], _ type: TensorType) -> (plain: [Float], row: [Float]) {
        var plain = [Float](repeating: 0, count: input.count)
        var rows = plain
        bytes.withUnsafeBytes { bytes in
            plain.withUnsafeMutableBufferPointer { plain in
                Kernels.current.decodePlainly(
                    bytes.baseAddress!, type.id, count: plain.count, into: plain.baseAddress!)
            }
            rows.withUnsafeMutableBufferPointer { rows in
                for row in 0..<index.rows {
                    Kernels.current.decode(
                        bytes.baseAddress! + row * type.byteCount(of: index.width), type.id, count: index.width,
                        into: rows.baseAddress! + row * index.width)
                }
            }
        }
        return (plain, rows)
    }

    private func encode(_ type: TensorType, _ expected: [UInt8], referenceRMSE: Double) -> Encoded {
        var bytes = [UInt8](repeating: 0, count: expected.count)
        bytes.withUnsafeMutableBytes { bytes in
            input.withUnsafeBufferPointer {
                Kernels.current.encode($0.baseAddress!, type.id, count: input.count, into: bytes.baseAddress!)
            }
        }
        let isExact = bytes == expected
        let rmse = rootMeanSquare(decode(bytes, type).plain)
        let codes = Self.rotatedByQR[type].map {
            equalCodes(bytes, expected, bits: $0, blockBytes: type.blockBytes)
        }
        let passed =
            if let codes {
                codes >= 0.999
            } else if Self.searched.contains(type) {
                rmse <= referenceRMSE * (1 + 1e-6)
            } else {
                isExact
            }
        return Encoded(isExact: isExact, equalCodes: codes, rmse: rmse, referenceRMSE: referenceRMSE, passed: passed)
    }

    /// The root mean square difference between `values` and the input.
    private func rootMeanSquare(_ values: [Float]) -> Double {
        let squares = zip(values, input).reduce(0.0) { $0 + pow(Double($1.0) - Double($1.1), 2) }
        return (squares / Double(input.count)).squareRoot()
    }

    /// The share of equal codes, in blocks of 256 codes followed by a half.
    private func equalCodes(_ found: [UInt8], _ expected: [UInt8], bits: Int, blockBytes: Int) -> Double {
        func codes(_ bytes: [UInt8]) -> [Int] {
            stride(from: 0, to: bytes.count, by: blockBytes).flatMap { start in
                (0..<256).map { index in
                    (0..<bits).reduce(0) { code, bit in
                        let place = index * bits + bit
                        return code | Int(bytes[start + place / 8] >> (place % 8) & 1) << bit
                    }
                }
            }
        }
        let pairs = zip(codes(found), codes(expected))
        return Double(pairs.reduce(0) { $0 + ($1.0 == $1.1 ? 1 : 0) }) / Double(input.count)
    }

    /// The largest error of a value, relative to the largest value of its row.
    private func relativeError(_ found: [Float], _ expected: [Float]) -> Double {
        stride(from: 0, to: expected.count, by: index.width).reduce(0) { worst, start in
            let row = start..<start + index.width
            let largest = expected[row].reduce(0) { max($0, abs($1)) }
            let error = row.reduce(Float(0)) { worst, index in
                let error = abs(found[index] - expected[index])
                return error.isNaN ? .infinity : max(worst, error)
            }
            return max(worst, Double(largest == 0 ? error : error / largest))
        }
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
