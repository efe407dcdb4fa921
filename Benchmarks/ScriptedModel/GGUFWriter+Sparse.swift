internal import GGUF

/// An entry of a matrix's row that is not zero.
struct Entry {
    let column: Int
    let value: Float

    init(_ column: Int, _ value: Float = 1) { (self.column, self.value) = (column, value) }
}

/// Tensors that are mostly zero. Names are given without `.weight`.
extension GGUFWriter {
    /// - Parameter entries: of a row.
    mutating func add(
        matrix name: String, _ rows: Int, _ columns: Int, type: TensorType = .f16, entries: (_ row: Int) -> [Entry]
    ) throws(GGUFError) {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(rows * columns * type.blockBytes)
        for row in 0..<rows {
            var values = [Float](repeating: 0, count: columns)
            for entry in entries(row) { values[entry.column] = entry.value }
            bytes.append(values, as: type)
        }
        try add(tensor: name + ".weight", dimensions: [columns, rows], type: type, bytes: bytes)
    }

    mutating func add(vector name: String, _ count: Int, value: (_ index: Int) -> Float) throws(GGUFError) {
        var bytes: [UInt8] = []
        bytes.append((0..<count).map(value), as: .f32)
        try add(tensor: name + ".weight", dimensions: [count], type: .f32, bytes: bytes)
    }
}

extension [UInt8] {
    /// - Parameter type: F16, or F32 for anything else.
    fileprivate mutating func append(_ values: [Float], as type: TensorType) {
        // Little-endian, like every machine that Swift runs on.
        if type == .f16 {
            values.map { Float16($0) }.withUnsafeBytes { append(contentsOf: $0) }
        } else {
            values.withUnsafeBytes { append(contentsOf: $0) }
        }
    }
}
