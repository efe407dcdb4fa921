internal import GGUF
internal import TensorBase

/// TurboQuant in blocks of 32: a half-precision scale d and 32 codes of 4 bits, value = s ∘ H(d * codebook[code]).
///
/// Byte i holds code i in its low half and code i + 16 in its high half.
enum TBQ4_0: EncodableFormat {
    static var type: TensorType { .tbq4_0 }
    static var floats: StoredFloats { StoredFloats(.half, at: 0) }

    static func decode(block: UnsafeRawPointer, into values: UnsafeMutablePointer<Float>) {
        let scale = block.half(0)
        let codebook = TurboQuant.codebook4
        for index in 0..<16 {
            let codes = block.byte(2 + index)
            values[index] = scale * codebook[Int(codes & 15)]
            values[index + 16] = scale * codebook[Int(codes >> 4)]
        }
        TurboQuant.rotateBack(values)
    }

    static func encode(_ values: UnsafePointer<Float>, intoBlock block: UnsafeMutableRawPointer) {
        let (rotated, scale) = TurboQuant.scaled(values)
        block.storeHalf(scale, at: 0)
        let boundaries = TurboQuant.midpoints4
        let low = TurboQuant.codes(rotated.low, boundaries, count: 15)
        let high = TurboQuant.codes(rotated.high, boundaries, count: 15)
        block.storeBytes(of: low | high &<< 4, toByteOffset: 2, as: SIMD16<UInt8>.self)
    }
}

extension TBQ4_0: IntegerFormat {
    static var isSigned: Bool { true }
    static var bias: Int32 { 128 }
    static var largestCode: Int { 105 }
    static var rotation: Rotation { .hadamard }

    @inline(__always)
    static func unpack<Rows: PanelRows>(
        _ rows: Rows, block: Int, _ body: (Int, PanelGroup<Rows.Words>) -> Void
    ) {
        let at = block &* 18
        let scale = rows.loadHalf(at: at, prefetching: Prefetch(at, 10)) * TurboQuant.byteUnit4
        let codes = rows.load16(at: at &+ 2, prefetching: Prefetch(at &+ 10, 8))
        let table = TurboQuant.byteCodebook4
        body(
            block,
            PanelGroup(
                codes.masked(0x0f).entries(of: table), codes.shiftedRight(4).masked(0x0f).entries(of: table),
                scale: scale))
    }
}
