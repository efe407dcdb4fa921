/// Rows of activations as signed bytes with one scale per group of 32: the left side of integer products.
///
/// The groups of all tokens lie side by side, so that a kernel that holds one group of some weight rows reads on through
/// memory from token to token.
package struct QuantizedRows {
    package let codes: UnsafeMutablePointer<Int8>  // [groups, tokens, 32]
    package let scales: UnsafeMutablePointer<Float>  // [groups, tokens]
    /// -128 times the sum of a group's codes: what VNNI kernels start from, who add 128 to each weight.
    let offsets: UnsafeMutablePointer<Int32>  // [groups, tokens]
    package let tokens: Int
    package let groups: Int

    /// Quantizes row `token` of `groups * 32` floats: scale = max|x| / 127, code = x / scale to the nearest, ties to even
    /// (llama.cpp's Q8_0 activations, with the scale in single precision).
    func quantize(_ row: UnsafePointer<Float>, token: Int) {
        for group in 0..<groups {
            let values = Group(row + group &* Group.count)
            let largest = values.largestMagnitude
            let inverse = 127 / largest
            // Zero, or so near to it that the quotient overflows: all codes are zero.
            let integers = values.rounded(times: inverse.isFinite ? inverse : 0)
            let at = group &* tokens &+ token
            let bytes = UnsafeMutableRawPointer(codes + at &* Group.count)
            bytes.storeBytes(of: narrowed(integers.low), as: SIMD16<Int8>.self)
            bytes.storeBytes(of: narrowed(integers.high), toByteOffset: 16, as: SIMD16<Int8>.self)
            scales[at] = largest / 127
            offsets[at] = integers.sum &* -128
        }
    }
}

/// The memory of `QuantizedRows`, which grows as needed.
final class QuantizedBuffer {
    private var memory = FloatBuffer(count: 0)

    /// Room for `tokens` rows of `columns` values, a multiple of 32. It overwrites what was there before.
    func rows(_ tokens: Int, columns: Int) -> QuantizedRows {
        let count = tokens * columns / Group.count  // groups in all
        let floats = count * (Group.count / 4 + 2)
        if memory.count < floats { memory = FloatBuffer(count: floats) }
        let scales = memory.base + count * (Group.count / 4)
        return QuantizedRows(
            codes: UnsafeMutableRawPointer(memory.base).assumingMemoryBound(to: Int8.self), scales: scales,
            offsets: UnsafeMutableRawPointer(scales + count).assumingMemoryBound(to: Int32.self), tokens: tokens,
            groups: columns / Group.count)
    }
}

extension Group {
    /// The largest magnitude; NaN where a value is one.
    fileprivate var largestMagnitude: Float {
        @inline(__always) get {
            // Without its sign bit a float orders as an integer, NaN on top.
            let mask = SIMD16<UInt32>(repeating: 0x7fff_ffff)
            let bits = pointwiseMax(
                unsafeBitCast(low, to: SIMD16<UInt32>.self) & mask, unsafeBitCast(high, to: SIMD16<UInt32>.self) & mask)
            let eight = pointwiseMax(bits.lowHalf, bits.highHalf)
            let four = pointwiseMax(eight.lowHalf, eight.highHalf)
            let two = pointwiseMax(four.lowHalf, four.highHalf)
            return Float(bitPattern: max(two[0], two[1]))
        }
    }

    /// Each value times `factor` as the nearest integer; the products are below 2^22 in magnitude.
    @inline(__always)
    fileprivate func rounded(times factor: Float) -> IntegerGroup {
        // Adding 1.5 * 2^23 rounds, and leaves the integer in the low bits.
        let magic = SIMD16<Float>(repeating: 12_582_912)
        let bits = unsafeBitCast(magic, to: SIMD16<Int32>.self)
        return IntegerGroup(
            low: unsafeBitCast(low * factor + magic, to: SIMD16<Int32>.self) &- bits,
            high: unsafeBitCast(high * factor + magic, to: SIMD16<Int32>.self) &- bits)
    }
}

private struct IntegerGroup {
    let low: SIMD16<Int32>
    let high: SIMD16<Int32>

    var sum: Int32 {
        @inline(__always) get { (low &+ high).wrappedSum() }
    }
}

@inline(__always)
private func narrowed(_ integers: SIMD16<Int32>) -> SIMD16<Int8> {
    var bytes = SIMD16<Int8>()
    for lane in 0..<16 { bytes[lane] = Int8(truncatingIfNeeded: integers[lane]) }
    return bytes
}
