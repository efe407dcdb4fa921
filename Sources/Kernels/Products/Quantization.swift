internal import TensorBase

// Activations as bytes.

extension QuantizedRows {
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
            // A row is a multiple of the blocks of such formats.
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
    /// activations, with the scale in single precision). Returns the rounding errors.
    @inline(__always)
    @discardableResult
    private func quantize(_ values: Group, at: Int) -> Group {
        let largest = values.largestMagnitude
        guard largest.isFinite else { return markAsNaN(at: at) }
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

    /// A group that holds infinity or NaN: every product with it is NaN, in every kernel.
    private func markAsNaN(at: Int) -> Group {
        (codes + at &* Group.count).update(repeating: 0, count: Group.count)
        scales[at] = .nan
        setSums(of: IntegerGroup(low: .zero, high: .zero), at: at)
        return Group(.zero, .zero)
    }

    @inline(__always)
    private func setSums(of integers: IntegerGroup, at: Int) {
        if form.scalesPerGroup == 1 {
            setSum(laneSum(of: integers.low &+ integers.high), at: at, group: at)
        } else {
            setSum(laneSum(of: integers.low), at: 2 &* at, group: at)
            setSum(laneSum(of: integers.high), at: 2 &* at &+ 1, group: at)
        }
    }

    @inline(__always)
    private func setSum(_ sum: Int32, at: Int, group: Int) {
        offsets[at] = sum &* -form.bias
        weightedSums[at] = scales[group] * Float(sum)
    }
}

extension Group {
    /// The largest magnitude; NaN if a value is NaN.
    fileprivate var largestMagnitude: Float {
        @inline(__always) get {
            // Without the sign bit, floats order as integers do, and NaN is the largest.
            let mask = SIMD16<UInt32>(repeating: 0x7fff_ffff)
            let bits = largerLanes(
                unsafeBitCast(low, to: SIMD16<UInt32>.self) & mask, unsafeBitCast(high, to: SIMD16<UInt32>.self) & mask)
            let eight = largerLanes(bits.lowHalf, bits.highHalf)
            let four = largerLanes(eight.lowHalf, eight.highHalf)
            let two = largerLanes(four.lowHalf, four.highHalf)
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
    /// The remainders after subtracting `integers * scale`.
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

@inline(__always)
private func largerLanes(_ a: SIMD16<UInt32>, _ b: SIMD16<UInt32>) -> SIMD16<UInt32> {
    a.replacing(with: b, where: b .> a)
}

@inline(__always)
private func largerLanes(_ a: SIMD8<UInt32>, _ b: SIMD8<UInt32>) -> SIMD8<UInt32> {
    a.replacing(with: b, where: b .> a)
}

@inline(__always)
private func largerLanes(_ a: SIMD4<UInt32>, _ b: SIMD4<UInt32>) -> SIMD4<UInt32> {
    a.replacing(with: b, where: b .> a)
}

@inline(__always)
private func largerLanes(_ a: SIMD2<UInt32>, _ b: SIMD2<UInt32>) -> SIMD2<UInt32> {
    a.replacing(with: b, where: b .> a)
}
