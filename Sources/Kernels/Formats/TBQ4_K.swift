internal import GGUF
internal import TensorBase

/// TurboQuant in blocks of 256: codes of 4 bits, then the half-precision norm d of the block.
///
/// Each half of 128 values is Qᵀ(codebook[code] / 16) * d, with the rotation Q of `OrthogonalRotation`. Byte i holds
/// code 2i in its low half and code 2i + 1 in its high half.
enum TBQ4_K: EncodableFormat {
    static var type: TensorType { .tbq4_k }
    static var floats: StoredFloats { StoredFloats(.half, at: 128) }

    static func decode(block: UnsafeRawPointer, into values: UnsafeMutablePointer<Float>) {
        let codebook = TurboQuant.codebook4
        for index in 0..<128 {
            let codes = block.byte(index)
            values[2 * index] = codebook[Int(codes & 15)] / 16
            values[2 * index + 1] = codebook[Int(codes >> 4)] / 16
        }
        OrthogonalRotation.rotateBlockBack(values, norm: block.half(128))
    }

    static func encode(_ values: UnsafePointer<Float>, intoBlock block: UnsafeMutableRawPointer) {
        let boundaries = SIMD16<Float>(
            -2.4008, -1.8435, -1.4371, -1.0993, -0.7996, -0.5225, -0.2583, 0,
            0.2583, 0.5225, 0.7996, 1.0993, 1.4371, 1.8435, 2.4008, .infinity)
        let norm = OrthogonalRotation.rotateBlock(values) { index, rotated in
            let codes = TurboQuant.codes(rotated, boundaries, count: 15)
            block.storeBytes(
                of: codes.evenHalf | codes.oddHalf &<< 4, toByteOffset: index / 2, as: SIMD8<UInt8>.self)
        }
        block.storeHalf(norm, at: 128)
    }
}

extension TBQ4_K: IntegerFormat {
    static var isSigned: Bool { true }
    static var bias: Int32 { 128 }
    static var largestCode: Int { 105 }
    static var rotation: Rotation { .orthogonal }

    @inline(__always)
    static func unpack<Rows: PanelRows>(
        _ rows: Rows, block: Int, _ body: (Int, PanelGroup<Rows.Words>) -> Void
    ) {
        let at = block &* 130
        let unit = rows.loadHalf(at: at &+ 128, prefetching: Prefetch(at, 2)) * (TurboQuant.byteUnit4 / 16)
        for group in 0..<8 {
            let packed = rows.load16(at: at &+ 16 &* group, prefetching: Prefetch(at &+ 2 &+ 16 &* group, 16))
            /// Eight adjacent codes, two per byte: the first or the last four, as bytes.
            @inline(__always)
            func four(_ word: Rows.Words, _ half: UInt32) -> Rows.Words {
                let bits = word.field(16 &* half, width: 16)
                let bytes = (bits | bits.shiftedLeft(8)) & Rows.Words(repeating: 0x00ff_00ff)
                return (bytes | bytes.shiftedLeft(4)).masked(0x0f)
            }
            let first = Bytes16(four(packed.a, 0), four(packed.a, 1), four(packed.b, 0), four(packed.b, 1))
            let second = Bytes16(four(packed.c, 0), four(packed.c, 1), four(packed.d, 0), four(packed.d, 1))
            let table = TurboQuant.byteCodebook4
            body(
                8 &* block &+ group, PanelGroup(first.entries(of: table), second.entries(of: table), scale: unit))
        }
    }
}
