package import GGUF

/// IEEE half-precision floats.
package enum F16: EncodableFormat {
    package static let type = TensorType.f16
    package static let floats = StoredFloats(.half, at: 0)

    package static func decode(block: UnsafeRawPointer, into values: UnsafeMutablePointer<Float>) {
        values.pointee = Float(block.loadUnaligned(as: Float16.self))
    }

    package static func encode(_ values: UnsafePointer<Float>, intoBlock block: UnsafeMutableRawPointer) {
        block.storeBytes(of: Float16(values.pointee), as: Float16.self)
    }

    @inline(__always)
    package static func decode(_ row: UnsafeRawPointer, group: Int) -> Group {
        let at = row + group &* 64
        return Group(
            widened(at.loadUnaligned(as: SIMD16<UInt16>.self)),
            widened((at + 32).loadUnaligned(as: SIMD16<UInt16>.self)))
    }

    package static func multiply(
        _ task: borrowing ProductTask, weightRows: Range<Int>, scratch: UnsafeMutablePointer<Float>
    ) {
        multiplyFloats(task, weightRows, scratch)
    }
}
