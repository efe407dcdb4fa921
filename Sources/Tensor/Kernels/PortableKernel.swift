/// Integer products in plain SIMD types, for every processor.
package enum PortableKernel: IntegerKernel {
    package static let panelRows = 4

    @inline(__always)
    package static func multiply<Format: IntegerFormat>(
        _: Format.Type, rows: UnsafePointer<UnsafeRawPointer>, next: UnsafeRawPointer, by input: QuantizedRows,
        inputs: Range<Int>, addingTo sums: UnsafeMutablePointer<Float>
    ) {
        for group in 0..<input.groups {
            for row in 0..<panelRows {
                prefetch(next + (group &* panelRows &+ row) &* Format.groupBytes)
                let weights = Format.codes(rows[row], group: group)
                let scale = Float(half: Format.scale(rows[row], group: group))
                for index in inputs {
                    let at = group &* input.count &+ index
                    let codes = UnsafeRawPointer(input.codes + at &* Group.count).loadUnaligned(as: SIMD32<Int8>.self)
                    let sum = sums + ((index &- inputs.lowerBound) &* panelRows &+ row)
                    sum.pointee = multiplyAdd(sum.pointee, Float(dot(weights, codes)), scale * input.scales[at])
                }
            }
        }
    }

    /// Exact: a product of two codes is at most 128 * 127 in magnitude, and a sum of two of them fits 16 bits too.
    @inline(__always)
    private static func dot(_ a: SIMD32<Int8>, _ b: SIMD32<Int8>) -> Int32 {
        let low = products(a.lowHalf.lowHalf, b.lowHalf.lowHalf) &+ products(a.lowHalf.highHalf, b.lowHalf.highHalf)
        let high =
            products(a.highHalf.lowHalf, b.highHalf.lowHalf) &+ products(a.highHalf.highHalf, b.highHalf.highHalf)
        var sums = SIMD8<Int32>()
        for lane in 0..<8 { sums[lane] = Int32(low[lane]) &+ Int32(high[lane]) }
        return sums.wrappedSum()
    }

    /// Eight lanes fill a baseline register, and the optimiser makes one conversion of the loops; of 32 it makes none.
    @inline(__always)
    private static func products(_ a: SIMD8<Int8>, _ b: SIMD8<Int8>) -> SIMD8<Int16> {
        var (x, y) = (SIMD8<Int16>(), SIMD8<Int16>())
        for lane in 0..<8 { x[lane] = Int16(a[lane]) }
        for lane in 0..<8 { y[lane] = Int16(b[lane]) }
        return x &* y
    }
}
