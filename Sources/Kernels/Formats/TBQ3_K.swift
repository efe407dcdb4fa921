internal import GGUF
internal import TensorBase

/// TurboQuant in blocks of 256: codes of 3 bits, then the half-precision norm d of the block.
///
/// Each half of 128 values is Qᵀ(codebook[code] / 16) * d, with the rotation Q of `OrthogonalRotation`. Code i is at
/// bits 3i ..< 3i + 3 of the 96 bytes, least significant first.
enum TBQ3_K: EncodableFormat {
    static var type: TensorType { .tbq3_k }
    static var floats: StoredFloats { StoredFloats(.half, at: 96) }

    static func decode(block: UnsafeRawPointer, into values: UnsafeMutablePointer<Float>) {
        ThreeBits.decode(block, count: 256) { index, code in
            values[index] = TurboQuant.codebook3[Int(code)] / 16
        }
        OrthogonalRotation.rotateBlockBack(values, norm: block.half(96))
    }

    static func encode(_ values: UnsafePointer<Float>, intoBlock block: UnsafeMutableRawPointer) {
        let boundaries = SIMD16<Float>(
            lowHalf: SIMD8(-1.7480, -1.0500, -0.5006, 0, 0.5006, 1.0500, 1.7480, .infinity), highHalf: .init())
        let norm = OrthogonalRotation.rotateBlock(values) { index, rotated in
            ThreeBits.store(TurboQuant.codes(rotated, boundaries, count: 7), into: block + index / 8 * 3)
        }
        block.storeHalf(norm, at: 96)
    }
}

extension TBQ3_K: IntegerFormat {
    static var isSigned: Bool { true }
    static var bias: Int32 { 128 }
    static var largestCode: Int { 88 }
    static var rotation: Rotation { .orthogonal }

    @inline(__always)
    static func unpack<Rows: PanelRows>(
        _ rows: Rows, block: Int, _ body: (Int, PanelGroup<Rows.Words>) -> Void
    ) {
        let at = block &* 98
        let unit = rows.loadHalf(at: at &+ 96, prefetching: Prefetch(at, 2)) * (TurboQuant.byteUnit3 / 16)
        for half in 0..<2 {
            let (a, b) = rows.load32(at: at &+ 48 &* half, prefetching: Prefetch(at &+ 2 &+ 48 &* half, 32))
            let c = rows.load16(at: at &+ 48 &* half &+ 32, prefetching: Prefetch(at &+ 34 &+ 48 &* half, 16))
            @inline(__always)
            func codes(_ group: Int) -> (Bytes16<Rows.Words>, Bytes16<Rows.Words>) {
                switch group {
                case 0: threeBitCodes(a.a, a.b, a.c)
                case 1: threeBitCodes(a.d, b.a, b.b)
                case 2: threeBitCodes(b.c, b.d, c.a)
                default: threeBitCodes(c.b, c.c, c.d)
                }
            }
            for group in 0..<4 {
                let (first, second) = codes(group)
                let table = TurboQuant.byteCodebook3
                body(
                    8 &* block &+ 4 &* half &+ group,
                    PanelGroup(first.entries(of: table), second.entries(of: table), scale: unit))
            }
        }
    }
}
