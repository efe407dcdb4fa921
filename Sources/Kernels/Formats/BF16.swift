internal import GGUF
internal import TensorBase

/// The upper half of a single-precision float.
enum BF16: EncodableFormat {
    static var type: TensorType { .bf16 }
    static var floats: StoredFloats { StoredFloats(.brain, at: 0) }

    static func decode(block: UnsafeRawPointer, into values: UnsafeMutablePointer<Float>) {
        values.pointee = Float(bitPattern: UInt32(block.loadUnaligned(as: UInt16.self)) << 16)
    }

    /// Rounds to the nearest, ties to even; a NaN stays one.
    static func encode(_ values: UnsafePointer<Float>, intoBlock block: UnsafeMutableRawPointer) {
        let bits = values.pointee.bitPattern
        let rounded =
            values.pointee.isNaN ? bits >> 16 | 0x40 : (bits &+ 0x7fff &+ (bits >> 16 & 1)) >> 16
        block.storeBytes(of: UInt16(truncatingIfNeeded: rounded), as: UInt16.self)
    }

    @inline(__always)
    static func decode(_ row: UnsafeRawPointer, group: Int) -> Group {
        let at = row + group &* 64
        return Group(
            widened(at.loadUnaligned(as: SIMD16<UInt16>.self)),
            widened((at + 32).loadUnaligned(as: SIMD16<UInt16>.self)))
    }

    @inline(__always)
    private static func widened(_ halves: SIMD16<UInt16>) -> SIMD16<Float> {
        var bits = SIMD16<UInt32>()
        for lane in 0..<16 { bits[lane] = UInt32(halves[lane]) &<< 16 }
        return unsafeBitCast(bits, to: SIMD16<Float>.self)
    }
}
