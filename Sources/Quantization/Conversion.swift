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
    /// The floats of a block of the new tensor.
    private let storedFloats: StoredFloats
    private var outcomes: UnsafeMutablePointer<Outcome>?  // [threads]

    /// From good to bad.
    enum Outcome: Int, Comparable {
        case finite
        /// What was written holds infinity or NaN, though the values are finite.
        case overflow
        /// The values that were read are not finite.
        case badInput

        static func < (a: Outcome, b: Outcome) -> Bool { a.rawValue < b.rawValue }
    }

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
        storedFloats = ElementFormats.traits(of: encoder)?.floats ?? .none
    }

    /// Enough that the cost of taking a piece is negligible.
    private var rowsPerPiece: Int { max(1, (1 << 14) / rowLength) }

    /// - Returns: the worst outcome of a row.
    func run(on pool: ThreadPool) -> Outcome {
        withUnsafeTemporaryAllocation(of: Outcome.self, capacity: pool.threadCount) { outcomes in
            outcomes.initialize(repeating: .finite)
            var job = self
            job.outcomes = outcomes.baseAddress
            pool.run(job, count: (rowCount + rowsPerPiece - 1) / rowsPerPiece)
            return outcomes.max() ?? .finite
        }
    }

    func run(_ index: Int, thread: Int) {
        let kernels = Kernels.current
        let rows = index * rowsPerPiece..<min((index + 1) * rowsPerPiece, rowCount)
        let (sourceBytes, targetBytes) = (decoder.byteCount(of: rowLength), encoder.byteCount(of: rowLength))
        var worst = Outcome.finite
        withUnsafeTemporaryAllocation(of: Float.self, capacity: rowLength) { values in
            guard let base = values.baseAddress else { return }
            for row in rows {
                kernels.decode(source + row * sourceBytes, decoder.id, count: rowLength, into: base)
                let encoded = target + row * targetBytes
                kernels.encode(
                    base, encoder.id, count: rowLength, importance: importance?.row(row, length: rowLength),
                    into: encoded)
                worst = max(worst, outcome(UnsafeBufferPointer(values), encoded))
            }
        }
        if let outcomes { outcomes[thread] = max(outcomes[thread], worst) }
    }

    private func outcome(_ values: UnsafeBufferPointer<Float>, _ encoded: UnsafeMutableRawPointer) -> Outcome {
        guard Self.areFinite(values) else { return .badInput }
        let blocks = rowLength / encoder.blockSize
        return storedFloats.areFinite(inRow: encoded, blocks: blocks, type: encoder) ? .finite : .overflow
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
