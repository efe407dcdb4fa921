internal import TensorBase

/// A format of small blocks: without an importance matrix a block is rounded by its extremes, with one its scale is
/// searched for.
protocol RoundedFormat: GroupedFormat {}

extension RoundedFormat {
    @inline(__always) static var importance: ImportanceUse { .optional }
    @inline(__always) static var groupSize: Int { 32 }
    @inline(__always) static var weighsByRow: Bool { true }

    @inline(__always)
    static func encode(
        row values: UnsafePointer<Float>, count: Int, importance: UnsafePointer<Float>?,
        into bytes: UnsafeMutableRawPointer
    ) {
        guard importance == nil else {
            return encodeGroups(row: values, count: count, importance: importance, into: bytes)
        }
        for block in 0..<count / type.blockSize {
            encode(values + block &* type.blockSize, intoBlock: bytes + block &* type.blockBytes)
        }
    }

    /// Stores d = m / -n, with m the value of largest magnitude, so that m itself is code 0.
    /// - Returns: the inverse of d before it was rounded.
    @inline(__always)
    static func storeScale(
        of values: UnsafePointer<Float>, largest n: Float, into block: UnsafeMutableRawPointer
    ) -> Float {
        var extreme: Float = 0
        for index in 0..<32 where abs(values[index]) > abs(extreme) { extreme = values[index] }
        let scale = extreme / -n
        block.storeHalf(scale, at: 0)
        return scale == 0 ? 0 : 1 / scale
    }

    /// Stores d = (max x - m) / n and m = min x.
    /// - Returns: m, and the inverse of d, before they were rounded.
    @inline(__always)
    static func storeRange(
        of values: UnsafePointer<Float>, largestCode n: Float, into block: UnsafeMutableRawPointer
    ) -> (least: Float, inverse: Float) {
        let (least, largest) = extremes(values)
        let scale = (largest - least) / n
        block.storeHalf(scale, at: 0)
        block.storeHalf(least, at: 2)
        return (least, scale == 0 ? 0 : 1 / scale)
    }
}
