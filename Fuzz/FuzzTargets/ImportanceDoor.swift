import ImportanceMatrix
import Platform

/// Reads an importance matrix, of either format, and writes it again in both.
enum ImportanceDoor {
    static func run(_ input: [UInt8]) throws {
        let matrix = try ImportanceMatrix(ByteRegion(input))
        guard matrix.entries.values.allSatisfy({ $0.weights.allSatisfy { $0 >= 0 } }) else {
            throw Violation("a weight is negative or NaN")
        }
        let copy = try again(matrix, as: .gguf)
        guard copy == matrix else { throw Violation("writing the matrix changed it") }
        guard try again(matrix, as: .dat).names == matrix.names else {
            throw Violation("the old format lost entries")
        }
        var sum = matrix
        try sum.add(matrix)
        _ = try again(sum, as: .gguf)
    }

    private static func again(_ matrix: ImportanceMatrix, as format: ImportanceFormat) throws -> ImportanceMatrix {
        do {
            return try ImportanceMatrix(ByteRegion(matrix.bytes(as: format)))
        } catch {
            throw Violation("what was written as \(format) is refused: \(error)")
        }
    }

    /// A matrix and an expert's, in both formats.
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
        return [("old", old + end), ("old-without-end", old), ("gguf", gguf)]
    }()
}
