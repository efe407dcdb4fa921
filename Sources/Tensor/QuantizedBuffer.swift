internal import TensorBase

/// The memory of `QuantizedRows`.
struct QuantizedBuffer {
    private(set) var memory = WorkBuffer()

    /// Makes room for `tokens` rows of `columns` values, for any weights.
    mutating func reserve(_ tokens: Int, columns: Int, _ resolution: ByteResolution) throws(TensorError) {
        let groups =
            tokens * resolution.rawValue * ((columns + QuantizedRows.groupLength - 1) / QuantizedRows.groupLength)
        try memory.reserve(Self.floatCount(groups: groups, scalesPerGroup: ActivationForm.mostScalesPerGroup))
    }

    /// Codes, scales, offsets and weighted sums of `groups`.
    private static func floatCount(groups: Int, scalesPerGroup: Int) -> Int {
        groups * (QuantizedRows.groupLength / 4 + 1 + 2 * scalesPerGroup)
    }

    /// Room for `tokens` rows of `columns` values, a multiple of 32. It overwrites what was there before.
    mutating func rows(
        _ tokens: Int, columns: Int, _ resolution: ByteResolution, for form: ActivationForm
    ) -> QuantizedRows {
        let rows = tokens * resolution.rawValue
        let all = rows * columns / QuantizedRows.groupLength  // groups
        let sums = all * form.scalesPerGroup
        let base = memory.floats(Self.floatCount(groups: all, scalesPerGroup: form.scalesPerGroup)).base
        let scales = base + all * (QuantizedRows.groupLength / 4)
        return QuantizedRows(
            codes: UnsafeMutableRawPointer(base).assumingMemoryBound(to: Int8.self), scales: scales,
            offsets: UnsafeMutableRawPointer(scales + all).assumingMemoryBound(to: Int32.self),
            weightedSums: scales + all + sums, count: rows, groups: columns / QuantizedRows.groupLength,
            resolution: resolution,
            form: form)
    }
}
