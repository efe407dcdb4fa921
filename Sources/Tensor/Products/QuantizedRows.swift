/// How finely activations are rounded to bytes.
package enum ByteResolution: Int, Sendable {
    /// One byte each.
    case single = 1
    /// A second byte for what the first leaves over: as good as 16 bits, at the price of another token.
    case double = 2
}

/// Rows of activations as signed bytes with one scale per group of 32: the left side of integer products.
///
/// The groups of all rows lie side by side, so that a kernel that holds one group of some weight rows reads on through
/// memory from row to row.
package struct QuantizedRows {
    package let codes: UnsafeMutablePointer<Int8>  // [groups, count, 32]
    package let scales: UnsafeMutablePointer<Float>  // [groups, count]
    /// -128 times the sum of a group's codes: what VNNI kernels start from, who add 128 to each weight.
    let offsets: UnsafeMutablePointer<Int32>  // [groups, count]
    /// Rows: one for each token, or two, which follow each other and whose products add up to the token's.
    package let count: Int
    package let groups: Int
    let resolution: ByteResolution

    var tokens: Int { count / resolution.rawValue }

    /// Quantizes the `groups * 32` floats of token `token`.
    func quantize(_ row: UnsafePointer<Float>, token: Int) {
        for group in 0..<groups {
            let values = Group(row + group &* Group.count)
            let at = group &* count &+ token &* resolution.rawValue
            let rest = quantize(values, at: at)
            if resolution == .double { quantize(rest, at: at &+ 1) }
        }
    }

    /// Quantizes one group: scale = max|x| / 127, code = x / scale to the nearest, ties to even (llama.cpp's Q8_0
    /// activations, with the scale in single precision). Returns what rounding leaves over.
    @inline(__always)
    @discardableResult
    private func quantize(_ values: Group, at: Int) -> Group {
        let largest = values.largestMagnitude
        guard largest.isFinite else { return markAsNoNumber(at: at) }
        let inverse = 127 / largest
        // Zero, or so near to it that the quotient overflows: all codes are zero.
        let integers = values.rounded(times: inverse.isFinite ? inverse : 0)
        let bytes = UnsafeMutableRawPointer(codes + at &* Group.count)
        bytes.storeBytes(of: narrowed(integers.low), as: SIMD16<Int8>.self)
        bytes.storeBytes(of: narrowed(integers.high), toByteOffset: 16, as: SIMD16<Int8>.self)
        scales[at] = largest / 127
        offsets[at] = integers.sum &* -128
        return values.rest(of: integers, scale: scales[at])
    }

    /// A group with an infinite value or NaN: every product with it is NaN, in every kernel.
    private func markAsNoNumber(at: Int) -> Group {
        (codes + at &* Group.count).update(repeating: 0, count: Group.count)
        scales[at] = .nan
        offsets[at] = 0
        return Group(.zero, .zero)
    }
}

/// The memory of `QuantizedRows`, which grows as needed.
final class QuantizedBuffer {
    private var memory = FloatBuffer(count: 0)

    /// Room for `tokens` rows of `columns` values, a multiple of 32. It overwrites what was there before.
    func rows(_ tokens: Int, columns: Int, _ resolution: ByteResolution) -> QuantizedRows {
        let rows = tokens * resolution.rawValue
        let all = rows * columns / Group.count  // groups
        let floats = all * (Group.count / 4 + 2)
        if memory.count < floats { memory = FloatBuffer(count: floats) }
        let scales = memory.base + all * (Group.count / 4)
        return QuantizedRows(
            codes: UnsafeMutableRawPointer(memory.base).assumingMemoryBound(to: Int8.self), scales: scales,
            offsets: UnsafeMutableRawPointer(scales + all).assumingMemoryBound(to: Int32.self), count: rows,
            groups: columns / Group.count, resolution: resolution)
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

extension Group {
    /// What is left of the values after `integers * scale`.
    @inline(__always)
    fileprivate func rest(of integers: IntegerGroup, scale: Float) -> Group {
        let factor = SIMD16(repeating: -scale)
        return Group(
            multiplyAdd(low, floats(integers.low), factor), multiplyAdd(high, floats(integers.high), factor))
    }
}

@inline(__always)
private func floats(_ integers: SIMD16<Int32>) -> SIMD16<Float> {
    var result = SIMD16<Float>()
    for lane in 0..<16 { result[lane] = Float(integers[lane]) }
    return result
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
