internal import GGUF
import ImportanceMatrix
import Platform
import Tensor

/// Reads an importance matrix, of either format, writes it again in both, and encodes a row by it.
enum ImportanceDoor {
    static func run(_ input: [UInt8]) throws {
        let matrix = try ImportanceMatrix(ByteRegion(input))
        let range = 0...ImportanceMatrix.largestWeight
        guard matrix.entries.values.allSatisfy({ $0.weights.allSatisfy(range.contains) }) else {
            throw Violation("a weight is negative, NaN or too large")
        }
        let copy = try again(matrix, as: .gguf)
        guard copy == matrix else { throw Violation("writing the matrix changed it") }
        guard try again(matrix, as: .dat).names == matrix.names else {
            throw Violation("the old format lost entries")
        }
        var sum = matrix
        try sum.add(matrix)
        _ = try again(sum, as: .gguf)
        try encode(matrix)
    }

    /// Encodes a row by the weights of the first entry, in a format that the number of chunks selects. What holds
    /// infinity or NaN must be found by the check of stored floats.
    private static func encode(_ matrix: ImportanceMatrix) throws {
        let type = ElementFormats.encodable[matrix.chunkCount % ElementFormats.encodable.count]
        guard let weights = matrix.names.first.flatMap({ matrix.entries[$0]?.weights }),
            let floats = ElementFormats.traits(of: type)?.floats
        else { return }
        let count = min(weights.count, 512) / type.blockSize * type.blockSize
        guard count > 0 else { return }
        let values = (0..<count).map { Float($0 * 37 % 101) - 50 }
        var bytes = [UInt8](repeating: 0, count: type.byteCount(of: count))
        var decoded = values
        let isFinite = bytes.withUnsafeMutableBytes { bytes in
            guard let base = bytes.baseAddress else { return true }
            Kernels.current.encode(values, type.id, count: count, importance: weights, into: base)
            Kernels.current.decodePlainly(base, type.id, count: count, into: &decoded)
            return floats.areFinite(inRow: base, blocks: count / type.blockSize, type: type)
        }
        guard !isFinite || decoded.allSatisfy(\.isFinite) else {
            throw Violation("\(type.name): values are not finite, and the check of stored floats finds nothing")
        }
    }

    private static func again(_ matrix: ImportanceMatrix, as format: ImportanceFormat) throws -> ImportanceMatrix {
        do {
            return try ImportanceMatrix(ByteRegion(matrix.bytes(as: format)))
        } catch {
            throw Violation("what was written as \(format) is refused: \(error)")
        }
    }

    /// A matrix and an expert's, in both formats, and one with whole blocks of columns.
    static let seeds: [(name: String, bytes: [UInt8])] = {
        func number(_ value: Int32) -> [UInt8] { withUnsafeBytes(of: value.littleEndian, Array.init) }
        func floats(_ values: [Float]) -> [UInt8] { values.withUnsafeBytes(Array.init) }
        let query = number(6) + Array("attn_q".utf8) + number(2) + number(4) + floats([1, 2, 0, 4])
        let down = number(8) + Array("ffn_down".utf8) + number(2) + number(2) + floats([0.5, 1e9])
        let old = number(2) + query + down
        let end = number(2) + number(4) + Array("text".utf8)
        guard let matrix = try? ImportanceMatrix(ByteRegion(old + end)), let gguf = try? matrix.bytes(as: .gguf) else {
            preconditionFailure("the seeds are valid")
        }
        let columns = (0..<256).map { Float($0 * 31 % 17) }
        let wide = number(1) + number(6) + Array("attn_k".utf8) + number(2) + number(256) + floats(columns)
        return [("old", old + end), ("old-without-end", old), ("gguf", gguf), ("wide", wide + end)]
    }()
}
