internal import GGUF
internal import TensorBase

/// Single-precision floats.
enum F32: EncodableFormat {
    static var type: TensorType { .f32 }
    static var floats: StoredFloats { StoredFloats(.single, at: 0) }

    static func decode(block: UnsafeRawPointer, into values: UnsafeMutablePointer<Float>) {
        values.pointee = block.loadUnaligned(as: Float.self)
    }

    static func encode(_ values: UnsafePointer<Float>, intoBlock block: UnsafeMutableRawPointer) {
        block.storeBytes(of: values.pointee, as: Float.self)
    }

    @inline(__always)
    static func decode(_ row: UnsafeRawPointer, group: Int) -> Group {
        let at = row + group &* 128
        return Group(at.loadUnaligned(as: SIMD16<Float>.self), (at + 64).loadUnaligned(as: SIMD16<Float>.self))
    }
}
