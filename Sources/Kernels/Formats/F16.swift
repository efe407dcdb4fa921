internal import GGUF
internal import TensorBase

/// IEEE half-precision floats.
enum F16: EncodableFormat {
    static var type: TensorType { .f16 }
    static var floats: StoredFloats { StoredFloats(.half, at: 0) }

    static func decode(block: UnsafeRawPointer, into values: UnsafeMutablePointer<Float>) {
        values.pointee = Float(block.loadUnaligned(as: Float16.self))
    }

    static func encode(_ values: UnsafePointer<Float>, intoBlock block: UnsafeMutableRawPointer) {
        block.storeBytes(of: Float16(values.pointee), as: Float16.self)
    }

    @inline(__always)
    static func decode(_ row: UnsafeRawPointer, group: Int) -> Group {
        let at = row + group &* 64
        return Group(
            widened(at.loadUnaligned(as: SIMD16<UInt16>.self)),
            widened((at + 32).loadUnaligned(as: SIMD16<UInt16>.self)))
    }
}
