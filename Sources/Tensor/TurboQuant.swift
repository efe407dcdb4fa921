/// What the TurboQuant formats with blocks of 32 share (https://arxiv.org/abs/2504.19874): values are rotated, which makes
/// them nearly Gaussian, and coded by the codebook that is best for a Gaussian.
///
/// The rotation y = H(s ∘ x), H the Walsh-Hadamard transform of 32 values times 1/sqrt(32) and s fixed signs, keeps inner
/// products: q · x = (H(s ∘ q)) · y. So what meets such values can be rotated once, instead of each of them back.
package enum TurboQuant {
    /// Values that are rotated together.
    package static let width = 32

    /// s, bit i set where s[i] is -1.
    static let signs: UInt32 = 0b01011010_01101001_10110100_11010010

    /// The codebook of 3 bits in rising order.
    package static let codebook3: [Float] = [
        -2.1519457, -1.3439093, -0.7560053, -0.2450942, 0.2450942, 0.7560053, 1.3439093, 2.1519457,
    ]

    /// The codebook of 4 bits in rising order.
    package static let codebook4: [Float] = [
        -2.7321365, -2.0685055, -1.6175243, -1.2557391, -0.9419147, -0.6564307, -0.3878412, -0.1283243,
        0.1283243, 0.3878412, 0.6564307, 0.9419147, 1.2557391, 1.6175243, 2.0685055, 2.7321365,
    ]

    /// H(s ∘ x) of 32 values in place.
    package static func rotate(_ values: UnsafeMutablePointer<Float>) {
        flipSigns(values)
        transform(values)
    }

    /// s ∘ H(y) of 32 values in place: the inverse of `rotate`.
    package static func rotateBack(_ values: UnsafeMutablePointer<Float>) {
        transform(values)
        flipSigns(values)
    }

    private static func flipSigns(_ values: UnsafeMutablePointer<Float>) {
        for index in 0..<width where signs >> index & 1 == 1 { values[index] = -values[index] }
    }

    /// H by butterflies in single precision, the factor last: so exact zeros stay exact.
    private static func transform(_ values: UnsafeMutablePointer<Float>) {
        var length = 1
        while length < width {
            for start in stride(from: 0, to: width, by: 2 &* length) {
                for index in start..<start &+ length {
                    let (a, b) = (values[index], values[index &+ length])
                    values[index] = a + b
                    values[index &+ length] = a - b
                }
            }
            length &*= 2
        }
        let factor: Float = 1 / Float(width).squareRoot()
        for index in 0..<width { values[index] *= factor }
    }

    /// The index of the entry of `codebook` that is nearest to `value`; of two as near, the lower.
    static func nearest(_ value: Float, in codebook: [Float]) -> UInt8 {
        var best = 0
        for index in 1..<codebook.count where abs(codebook[index] - value) < abs(codebook[best] - value) {
            best = index
        }
        return UInt8(best)
    }
}

extension TurboQuant {
    /// Rotates 32 values and codes them.
    /// - Parameter codes: 32 indices into `codebook`.
    /// - Returns: the scale, before it is rounded to half.
    static func encode(
        _ values: UnsafePointer<Float>, codebook: [Float], into codes: UnsafeMutablePointer<UInt8>
    ) -> Float {
        withUnsafeTemporaryAllocation(of: Float.self, capacity: width) { rotated in
            guard let rotated = rotated.baseAddress else { return 0 }
            rotated.update(from: values, count: width)
            rotate(rotated)
            var squares: Float = 0
            for index in 0..<width { squares += rotated[index] * rotated[index] }
            let scale = (squares / Float(width)).squareRoot()
            for index in 0..<width { codes[index] = scale == 0 ? 0 : nearest(rotated[index] / scale, in: codebook) }
            return scale
        }
    }
}
