// How formats read their blocks: bytes, halves, and codes of a few bits.

extension UnsafeRawPointer {
    /// The byte at `offset`.
    @inline(__always)
    func byte(_ offset: Int) -> UInt8 { load(fromByteOffset: offset, as: UInt8.self) }

    /// The half-precision float at `offset`.
    @inline(__always)
    func half(_ offset: Int) -> Float { Float(half: loadUnaligned(fromByteOffset: offset, as: Float16.self)) }
}

extension UnsafeMutableRawPointer {
    @inline(__always)
    func store(_ byte: UInt8, at offset: Int) { storeBytes(of: byte, toByteOffset: offset, as: UInt8.self) }

    @inline(__always)
    func storeZeros(count: Int) {
        for index in 0..<count { store(0, at: index) }
    }

    /// Stores `value` rounded to half precision, and returns what was stored.
    @inline(__always) @discardableResult
    func storeHalf(_ value: Float, at offset: Int) -> Float {
        let half = Float16(value)
        storeBytes(of: half, toByteOffset: offset, as: Float16.self)
        return Float(half: half)
    }
}

extension UInt8 {
    /// `value` without its fraction, but at least 0 and at most `largest`; zero for NaN.
    @inline(__always)
    init(truncating value: Float, largest: Float) { self = value > 0 ? UInt8(Swift.min(value, largest)) : 0 }
}

/// The largest magnitude of `count` values. NaN is ignored.
@inline(__always)
func largestMagnitude(_ values: UnsafePointer<Float>, count: Int) -> Float {
    var largest: Float = 0
    for index in 0..<count where abs(values[index]) > largest { largest = abs(values[index]) }
    return largest
}

/// The least and the largest of 32 values. NaN is ignored.
@inline(__always)
func extremes(_ values: UnsafePointer<Float>) -> (least: Float, largest: Float) {
    var least = Float.greatestFiniteMagnitude
    var largest = -Float.greatestFiniteMagnitude
    for index in 0..<32 {
        if values[index] < least { least = values[index] }
        if values[index] > largest { largest = values[index] }
    }
    return (least, largest)
}
