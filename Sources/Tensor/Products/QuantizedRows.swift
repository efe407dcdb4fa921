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
    /// The format's bias times the sum of the codes that share one of its scales, negative: what is too much in products
    /// with unsigned codes.
    let offsets: UnsafeMutablePointer<Int32>  // [groups, count, scalesPerGroup]
    /// The group's scale times the same sums: what a format's minimum is multiplied by.
    let weightedSums: UnsafeMutablePointer<Float>  // [groups, count, scalesPerGroup]
    /// Rows: one for each token, or two, which follow each other and whose products add up to the token's.
    package let count: Int
    package let groups: Int
    let resolution: ByteResolution
    /// The weights that they are for.
    let form: ActivationForm

    var tokens: Int { count / resolution.rawValue }

    /// Quantizes the `groups * 32` floats of token `token`.
    func quantize(_ row: UnsafePointer<Float>, token: Int) {
        switch form.rotation {
        case .none:
            for group in 0..<groups { quantize(Group(row + group &* Group.count), group: group, token: token) }
        case .hadamard:
            for group in 0..<groups {
                let values = TurboQuant.rotated(Group(row + group &* Group.count))
                quantize(values, group: group, token: token)
            }
        case .orthogonal:
            // Blocks of such formats, which a row is whole numbers of.
            let blockSize = 2 * OrthogonalRotation.width
            withUnsafeTemporaryAllocation(of: Float.self, capacity: blockSize) { rotated in
                guard let rotated = rotated.baseAddress else { return }
                for start in stride(from: 0, to: groups &* Group.count, by: blockSize) {
                    OrthogonalRotation.rotate(row + start, count: 2, into: rotated)
                    for group in 0..<blockSize / Group.count {
                        let values = Group(rotated + group &* Group.count)
                        quantize(values, group: start / Group.count &+ group, token: token)
                    }
                }
            }
        }
    }

    @inline(__always)
    private func quantize(_ values: Group, group: Int, token: Int) {
        let at = group &* count &+ token &* resolution.rawValue
        let rest = quantize(values, at: at)
        if resolution == .double { quantize(rest, at: at &+ 1) }
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
        setSums(of: integers, at: at)
        return values.rest(of: integers, scale: scales[at])
    }

    /// A group with an infinite value or NaN: every product with it is NaN, in every kernel.
    private func markAsNoNumber(at: Int) -> Group {
        (codes + at &* Group.count).update(repeating: 0, count: Group.count)
        scales[at] = .nan
        setSums(of: IntegerGroup(low: .zero, high: .zero), at: at)
        return Group(.zero, .zero)
    }

    @inline(__always)
    private func setSums(of integers: IntegerGroup, at: Int) {
        if form.scalesPerGroup == 1 {
            setSum((integers.low &+ integers.high).wrappedSum(), at: at, group: at)
        } else {
            setSum(integers.low.wrappedSum(), at: 2 &* at, group: at)
            setSum(integers.high.wrappedSum(), at: 2 &* at &+ 1, group: at)
        }
    }

    @inline(__always)
    private func setSum(_ sum: Int32, at: Int, group: Int) {
        offsets[at] = sum &* -form.bias
        weightedSums[at] = scales[group] * Float(sum)
    }
}

/// The memory of `QuantizedRows`.
struct QuantizedBuffer {
    private(set) var memory = WorkBuffer()

    /// Makes room for `tokens` rows of `columns` values, for whatever weights.
    mutating func reserve(_ tokens: Int, columns: Int, _ resolution: ByteResolution) throws(TensorError) {
        let groups = tokens * resolution.rawValue * ((columns + Group.count - 1) / Group.count)
        try memory.reserve(Self.floatCount(groups: groups, scalesPerGroup: ActivationForm.mostScalesPerGroup))
    }

    /// Codes, scales, offsets and weighted sums of `groups`.
    private static func floatCount(groups: Int, scalesPerGroup: Int) -> Int {
        groups * (Group.count / 4 + 1 + 2 * scalesPerGroup)
    }

    /// Room for `tokens` rows of `columns` values, a multiple of 32. It overwrites what was there before.
    mutating func rows(
        _ tokens: Int, columns: Int, _ resolution: ByteResolution, for form: ActivationForm
    ) -> QuantizedRows {
        let rows = tokens * resolution.rawValue
        let all = rows * columns / Group.count  // groups
        let sums = all * form.scalesPerGroup
        let base = memory.floats(Self.floatCount(groups: all, scalesPerGroup: form.scalesPerGroup)).base
        let scales = base + all * (Group.count / 4)
        return QuantizedRows(
            codes: UnsafeMutableRawPointer(base).assumingMemoryBound(to: Int8.self), scales: scales,
            offsets: UnsafeMutableRawPointer(scales + all).assumingMemoryBound(to: Int32.self),
            weightedSums: scales + all + sums, count: rows, groups: columns / Group.count, resolution: resolution,
            form: form)
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
}

@inline(__always)
private func narrowed(_ integers: SIMD16<Int32>) -> SIMD16<Int8> {
    var bytes = SIMD16<Int8>()
    for lane in 0..<16 { bytes[lane] = Int8(truncatingIfNeeded: integers[lane]) }
    return bytes
}
