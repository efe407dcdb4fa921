package import GGUF

/// Single-precision floats.
package enum F32: EncodableFormat {
    package static let type = TensorType.f32
    package static let floats = StoredFloats(.single, at: 0)

    package static func decode(block: UnsafeRawPointer, into values: UnsafeMutablePointer<Float>) {
        values.pointee = block.loadUnaligned(as: Float.self)
    }

    package static func encode(_ values: UnsafePointer<Float>, intoBlock block: UnsafeMutableRawPointer) {
        block.storeBytes(of: values.pointee, as: Float.self)
    }

    @inline(__always)
    package static func decode(_ row: UnsafeRawPointer, group: Int) -> Group {
        let at = row + group &* 128
        return Group(at.loadUnaligned(as: SIMD16<Float>.self), (at + 64).loadUnaligned(as: SIMD16<Float>.self))
    }

    package static func multiply(
        _ task: borrowing ProductTask, weightRows: Range<Int>, scratch: UnsafeMutablePointer<Float>
    ) {
        multiplyFloats(task, weightRows, scratch)
    }
}
