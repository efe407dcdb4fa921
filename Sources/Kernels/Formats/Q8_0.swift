internal import GGUF
internal import TensorBase

/// Blocks of 32: a half-precision scale d and 32 signed bytes q; value = d * q.
enum Q8_0: EncodableFormat {
    static var type: TensorType { .q8_0 }
    static var floats: StoredFloats { StoredFloats(.half, at: 0) }

    static func decode(block: UnsafeRawPointer, into values: UnsafeMutablePointer<Float>) {
        let scale = Float(block.loadUnaligned(as: Float16.self))
        for index in 0..<32 { values[index] = scale * Float(block.load(fromByteOffset: 2 + index, as: Int8.self)) }
    }

    /// d = max|x| / 127; q = x / d, halves rounded away from zero. The codes come from d before it is rounded to half.
    static func encode(_ values: UnsafePointer<Float>, intoBlock block: UnsafeMutableRawPointer) {
        var largest: Float = 0
        for index in 0..<32 { largest = max(largest, abs(values[index])) }
        let scale = largest / 127
        let inverse = scale == 0 ? 0 : 1 / scale
        block.storeBytes(of: Float16(scale), as: Float16.self)
        for index in 0..<32 {
            let code = (values[index] * inverse).rounded(.toNearestOrAwayFromZero)
            block.storeBytes(of: Int8(clamping: code), toByteOffset: 2 + index, as: Int8.self)
        }
    }

    @inline(__always)
    static func decode(_ row: UnsafeRawPointer, group: Int) -> Group {
        let block = row + group &* 34
        let scale = Float(block.loadUnaligned(as: Float16.self))
        let low = (block + 2).loadUnaligned(as: SIMD16<Int8>.self)
        let high = (block + 18).loadUnaligned(as: SIMD16<Int8>.self)
        return Group(widened(low) * scale, widened(high) * scale)
    }
}

extension Q8_0: IntegerFormat {
    static var isSigned: Bool { true }
    static var bias: Int32 { 128 }
    static var largestCode: Int { 128 }

    @inline(__always)
    static func unpack<Rows: PanelRows>(
        _ rows: Rows, block: Int, _ body: (Int, PanelGroup<Rows.Words>) -> Void
    ) {
        let at = block &* 34
        let scale = rows.loadHalf(at: at, prefetching: Prefetch(at, 14))
        let (first, second) = rows.load32(at: at &+ 2, prefetching: Prefetch(at &+ 14, 20))
        body(block, PanelGroup(first, second, scale: scale))
    }
}

/// Signed bytes as floats. A loop over lanes, because the optimiser makes one conversion of it, while
/// `SIMD16<Float>(bytes)` stays a call.
@inline(__always)
func widened(_ bytes: SIMD16<Int8>) -> SIMD16<Float> {
    var floats = SIMD16<Float>()
    for lane in 0..<16 { floats[lane] = Float(bytes[lane]) }
    return floats
}

extension Int8 {
    /// The nearest Int8; zero for NaN.
    init(clamping value: Float) {
        self = value.isNaN ? 0 : Int8(Swift.max(-128, Swift.min(127, value)))
    }
}
