internal import GGUF
internal import Platform
internal import Tensor

/// The sums of one tensor.
final class CollectedTensor {
    let name: String
    let columns: Int
    /// The addresses of its bytes.
    let first: UInt
    let end: UInt
    let sums: DoubleBuffer  // [slices, columns]
    /// Rows that were summed, for each slice.
    var counts: [Int]

    private let sliceBytes: Int
    private let data: ByteRegion

    /// - Throws: `TensorError.outOfMemory`.
    init(_ info: TensorInfo, _ data: ByteRegion) throws {
        name = info.name
        columns = info.rowLength
        first = UInt(bitPattern: data.bytes.baseAddress)
        end = first + UInt(data.bytes.count)
        // Of three dimensions, the last counts the experts.
        let slices = info.dimensions.dropFirst(2).reduce(1, *)
        sliceBytes = info.byteCount / slices
        counts = Array(repeating: 0, count: slices)
        sums = try DoubleBuffer(slices, columns)
        self.data = data
    }

    /// The slice whose first row is at `address`; nil if another row is there: gate and up of an expert may be halves
    /// of one slice, and queries, keys and values parts of one matrix, with the same input.
    func slice(beginningAt address: UInt) -> Int? {
        let offset = Int(address - first)
        return offset.isMultiple(of: sliceBytes) ? offset / sliceBytes : nil
    }
}

/// Numbers on the heap, zero at first. Sums of millions of squares need more than single precision.
final class DoubleBuffer {
    let base: UnsafeMutablePointer<Double>
    let count: Int
    private let memory: AlignedMemory

    /// - Throws: `TensorError.outOfMemory`.
    init(_ lengths: Int...) throws(TensorError) {
        memory = try .checked(lengths + [MemoryLayout<Double>.stride])
        count = memory.byteCount / MemoryLayout<Double>.stride
        base = memory.base.bindMemory(to: Double.self, capacity: count)
    }

    var areFinite: Bool { (0..<count).allSatisfy { base[$0].isFinite } }

    /// The numbers, limited to what single precision holds.
    var floats: [Float] { (0..<count).map { min(Float(base[$0]), .greatestFiniteMagnitude) } }
}

/// Adds the squares of some columns of all rows in each piece.
struct SquaresJob: ParallelJob {
    let input: Rows  // [tokens, columns]
    let sums: UnsafeMutablePointer<Double>  // [columns]

    /// Columns in a piece: two cache lines of sums.
    static let width = 16

    func run(_ index: Int, thread: Int) {
        let columns = index * Self.width..<min((index + 1) * Self.width, input.width)
        for row in 0..<input.count {
            let values = input[row]
            for column in columns {
                let value = Double(values[column])
                sums[column] += value * value
            }
        }
    }
}
