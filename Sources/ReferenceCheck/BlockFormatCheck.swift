package import Foundation
internal import GGUF
import Tensor

/// Checks the decoders and encoders of block formats against a folder with an index.json. For each type it contains the
/// reference's encoding of input.f32 (`<type>.bin`) and the values that this decodes to (`<type>.f32`). For types whose
/// encoder uses an importance matrix, `<type>.imatrix.bin` and `<type>.imatrix.f32` are the same with imatrix.f32.
package struct BlockFormatCheck {
    /// Types of the folder that the engine supports, and those that it does not.
    package let known: [String]
    package let unknown: [String]
    /// What there is to check: each of the known types, and again as `<type>.imatrix` if there is such a reference.
    package let cases: [String]

    private let folder: URL
    private let index: Index
    private let input: [Float]
    /// A weight for each column; nil without a reference that uses it.
    private let importance: [Float]?

    private struct Index: Decodable {
        let width: Int
        let rows: Int
        let types: [String: Entry]
        /// Types that are also encoded with a matrix.
        let imatrix: [String: WeightedEntry]?

        struct Entry: Decodable {
            let ggml_type: UInt32
            /// The root mean square error of the reference's encoding, in single precision.
            let rmse: Double
            /// Whether the values and the error are those of the rotated rows that the blocks code.
            let rotated: Bool?
        }

        struct WeightedEntry: Decodable {
            /// The same, with squares weighted by the matrix.
            let weighted_rmse: Double
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
        let known = formats.filter { $0.value != nil }.keys.sorted()
        self.known = known
        let weighted = index.imatrix ?? [:]
        cases = known.flatMap { weighted[$0] == nil ? [$0] : [$0, $0 + Self.weightedSuffix] }
        importance =
            weighted.isEmpty
            ? nil : try Self.floats(folder.appendingPathComponent("imatrix.f32"), count: index.width)
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
        /// The result of the encoder; nil if the format does not have one, or none that uses a matrix. Then the check
        /// fails, since there is a reference.
        let encoded: Encoded?

        package var passed: Bool {
            decodeError <= tolerance && rowError <= tolerance && encoded?.passed == true
        }

        package var line: String {
            let name = name.padding(toLength: 15, withPad: " ", startingAt: 0)
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

    private static let weightedSuffix = ".imatrix"

    /// - Parameter name: one of `cases`.
    package func run(_ name: String) throws -> Result {
        let isWeighted = name.hasSuffix(Self.weightedSuffix)
        let typeName = isWeighted ? String(name.dropLast(Self.weightedSuffix.count)) : name
        guard let entry = index.types[typeName],
            let type = ElementFormats.all.first(where: { $0.id == entry.ggml_type })
        else { throw CheckError.invalidReference(path: folder.path, reason: "no known type \(name)") }
        let bytes = [UInt8](try read(folder.appendingPathComponent("\(name).bin")))
        var expected = try Self.floats(folder.appendingPathComponent("\(name).f32"), count: input.count)
        var referenceRMSE = entry.rmse
        if entry.rotated == true {
            expected = TrellisBasis.rotatedBack(expected)
            referenceRMSE = rootMeanSquare(expected, nil)
        }
        let size = type.byteCount(of: index.width) * index.rows
        guard index.width.isMultiple(of: type.blockSize), bytes.count == size else {
            throw CheckError.wrongSize(path: "\(name).bin", expected: size, found: bytes.count)
        }
        let (plain, rows) = decode(bytes, type)
        return Result(
            name: name, decodeError: relativeError(plain, expected), rowError: relativeError(rows, expected),
            tolerance: Self.rotatedByQR[type] != nil ? 1e-5 : 1e-6,
            encoded: isWeighted
                ? encodeByImportance(type, bytes, referenceRMSE: index.imatrix?[typeName]?.weighted_rmse ?? 0)
                : encode(type, bytes, importance: nil, referenceRMSE: referenceRMSE))
    }

    /// - Returns: nil if the format's encoder does not use a matrix.
    private func encodeByImportance(_ type: TensorType, _ expected: [UInt8], referenceRMSE: Double) -> Encoded? {
        guard let use = ElementFormats.traits(of: type)?.importance, use != .ignored else { return nil }
        return encode(type, expected, importance: importance, referenceRMSE: referenceRMSE)
    }

    /// Formats whose rotation comes from a QR decomposition, which every library rounds differently.
    private static let rotatedByQR = [TensorType.tbq3_k: 3, .tbq4_k: 4]

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

    /// - Returns: nil if the format does not have an encoder.
    private func encode(
        _ type: TensorType, _ expected: [UInt8], importance: [Float]?, referenceRMSE: Double
    ) -> Encoded? {
        guard ElementFormats.encodable.contains(type) else { return nil }
        let bytes = encoded(type, importance)
        let isExact = bytes == expected
        let rmse = rootMeanSquare(decode(bytes, type).plain, importance)
        let codes = Self.rotatedByQR[type].map {
            equalCodes(bytes, expected, bits: $0, blockBytes: type.blockBytes)
        }
        let passed = codes.map { $0 >= 0.999 } ?? isExact
        return Encoded(isExact: isExact, equalCodes: codes, rmse: rmse, referenceRMSE: referenceRMSE, passed: passed)
    }

    /// The bytes that our encoder makes of the input, row by row.
    private func encoded(_ type: TensorType, _ importance: [Float]?) -> [UInt8] {
        let rowBytes = type.byteCount(of: index.width)
        var bytes = [UInt8](repeating: 0, count: rowBytes * index.rows)
        bytes.withUnsafeMutableBytes { bytes in
            input.withUnsafeBufferPointer { input in
                for row in 0..<index.rows {
                    Kernels.current.encode(
                        input.baseAddress! + row * index.width, type.id, count: index.width, importance: importance,
                        into: bytes.baseAddress! + row * rowBytes)
                }
            }
        }
        return bytes
    }

    /// The root mean square difference between `values` and the input, by the weights of `importance` if it is given.
    private func rootMeanSquare(_ values: [Float], _ importance: [Float]?) -> Double {
        var (squares, weights) = (0.0, 0.0)
        for (place, (value, expected)) in zip(values, input).enumerated() {
            let weight = importance.map { Double($0[place % index.width]) } ?? 1
            squares += weight * pow(Double(value) - Double(expected), 2)
            weights += weight
        }
        return (squares / weights).squareRoot()
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
