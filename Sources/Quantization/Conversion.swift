internal import GGUF
internal import Platform
internal import Tensor

/// Converts rows of a tensor from one format to another.
struct Conversion: ParallelJob {
    let source: UnsafeRawPointer
    let target: UnsafeMutableRawPointer
    let decoder: TensorType
    let encoder: TensorType
    let rowLength: Int
    let rowCount: Int
    let importance: SlicedImportance?
    /// Whether a thread found values that are not finite; [threads]
    private var hasBadValues: UnsafeMutablePointer<Bool>?

    init(
        source: UnsafeRawPointer, target: UnsafeMutableRawPointer, decoder: TensorType,
        encoder: TensorType, rowLength: Int, rowCount: Int, importance: SlicedImportance?
    ) {
        self.source = source
        self.target = target
        self.decoder = decoder
        self.encoder = encoder
        self.rowLength = rowLength
        self.rowCount = rowCount
        self.importance = importance
    }

    /// Enough that the cost of taking a piece is negligible.
    private var rowsPerPiece: Int { max(1, (1 << 14) / rowLength) }

    /// - Returns: whether all values were finite.
    func run(on pool: ThreadPool) -> Bool {
        withUnsafeTemporaryAllocation(of: Bool.self, capacity: pool.threadCount) { flags in
            flags.initialize(repeating: false)
            var job = self
            job.hasBadValues = flags.baseAddress
            pool.run(job, count: (rowCount + rowsPerPiece - 1) / rowsPerPiece)
            return !flags.contains(true)
        }
    }

    func run(_ index: Int, thread: Int) {
        let kernels = Kernels.current
        let rows = index * rowsPerPiece..<min((index + 1) * rowsPerPiece, rowCount)
        let (sourceBytes, targetBytes) = (decoder.byteCount(of: rowLength), encoder.byteCount(of: rowLength))
        withUnsafeTemporaryAllocation(of: Float.self, capacity: rowLength) { values in
            guard let base = values.baseAddress else { return }
            for row in rows {
                kernels.decode(source + row * sourceBytes, decoder.id, count: rowLength, into: base)
                if !Self.areFinite(UnsafeBufferPointer(values)) { hasBadValues?[thread] = true }
                kernels.encode(
                    base, encoder.id, count: rowLength, importance: importance?.row(row, length: rowLength),
                    into: target + row * targetBytes)
            }
        }
    }

    /// Compares bit patterns, since the optimiser vectorises that.
    private static func areFinite(_ values: UnsafeBufferPointer<Float>) -> Bool {
        var largest: UInt32 = 0
        for value in values { largest = max(largest, value.bitPattern & 0x7fff_ffff) }
        return largest < Float.infinity.bitPattern
    }
}

/// How much each column matters, for the rows of one conversion.
struct SlicedImportance {
    let weights: UnsafePointer<Float>  // [slices, row length]
    /// Each expert's rows have a slice of their own.
    let rowsPerSlice: Int
    /// The first row of the conversion, counted within the tensor.
    let firstRow: Int

    func row(_ index: Int, length: Int) -> UnsafePointer<Float> {
        weights + (firstRow + index) / rowsPerSlice * length
    }
}
