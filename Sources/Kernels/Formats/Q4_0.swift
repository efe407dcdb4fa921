internal import GGUF
internal import TensorBase

/// Blocks of 32: a half-precision scale d and 32 codes of 4 bits, value = d * (code - 8).
///
/// Byte i holds code i in its low half and code i + 16 in its high half.
enum Q4_0: BlockFormat {
    static var type: TensorType { .q4_0 }
    static var floats: StoredFloats { StoredFloats(.half, at: 0) }

    static func decode(block: UnsafeRawPointer, into values: UnsafeMutablePointer<Float>) {
        let scale = Float(block.loadUnaligned(as: Float16.self))
        for index in 0..<16 {
            let codes = block.load(fromByteOffset: 2 + index, as: UInt8.self)
            values[index] = scale * Float(Int(codes & 15) - 8)
            values[index + 16] = scale * Float(Int(codes >> 4) - 8)
        }
    }

    @inline(__always)
    static func decode(_ row: UnsafeRawPointer, group: Int) -> Group {
        let block = row + group &* 18
        let scale = Float(block.loadUnaligned(as: Float16.self))
        let codes = (block + 2).loadUnaligned(as: SIMD16<UInt8>.self)
        let low = unsafeBitCast(codes & 15, to: SIMD16<Int8>.self) &- 8
        let high = unsafeBitCast(codes &>> 4, to: SIMD16<Int8>.self) &- 8
        return Group(widened(low) * scale, widened(high) * scale)
    }
}

extension Q4_0: IntegerFormat {
    static var bias: Int32 { 8 }
    static var largestCode: Int { 15 }

    @inline(__always)
    static func unpack<Rows: PanelRows>(
        _ rows: Rows, block: Int, _ body: (Int, PanelGroup<Rows.Words>) -> Void
    ) {
        let at = block &* 18
        let scale = rows.loadHalf(at: at, prefetching: Prefetch(at, 10))
        let codes = rows.load16(at: at &+ 2, prefetching: Prefetch(at &+ 10, 8))
        body(block, PanelGroup(codes.masked(0x0f), codes.shiftedRight(4).masked(0x0f), scale: scale))
    }
}
