internal import TensorBase

/// What the formats IQ3 share.
enum IQ3 {
    /// Decodes four values. Value j is negative if bit j of `signs` is set.
    /// - Parameter magnitude: of a code, in units of `step`.
    @inline(__always)
    static func decode(
        _ entry: UInt16, signs: UInt32, step: Float, into values: UnsafeMutablePointer<Float>,
        magnitude: (Int) -> Float
    ) {
        for index in 0..<4 {
            let value = step * magnitude(Grids.code3(index, of: entry))
            values[index] = signs >> UInt32(index) & 1 == 1 ? -value : value
        }
    }
}
