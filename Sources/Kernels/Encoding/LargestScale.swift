/// The encoders of Q2_0, TQ1_0 and TQ2_0, whose scale is the largest magnitude.
enum LargestScale {
    /// The scale, and the inverse that values are multiplied by.
    @inline(__always)
    static func scale(_ values: UnsafePointer<Float>, count: Int) -> (scale: Float, inverse: Float) {
        let largest = largestMagnitude(values, count: count)
        return (largest, largest > 0 ? 1 / largest : 0)
    }

    /// round(value * inverse) + 1, ties away from zero: 0, 1 or 2. A NaN counts as zero.
    @inline(__always)
    static func code(_ value: Float, _ inverse: Float) -> UInt8 {
        let scaled = value * inverse
        return scaled >= 0.5 ? 2 : scaled <= -0.5 ? 0 : 1
    }
}
