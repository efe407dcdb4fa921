internal import GGUF
internal import TensorBase

/// TurboQuant in blocks of 32: a half-precision scale d and 32 codes of 3 bits, value = s ∘ H(d * codebook[code]).
///
/// Code i is at bits 3i ..< 3i + 3 of the 12 bytes, least significant first.
enum TBQ3_0: EncodableFormat {
    static var type: TensorType { .tbq3_0 }
    static var floats: StoredFloats { StoredFloats(.half, at: 0) }

    static func decode(block: UnsafeRawPointer, into values: UnsafeMutablePointer<Float>) {
        let scale = block.half(0)
        ThreeBits.decode(block + 2, count: 32) { index, code in
            values[index] = scale * TurboQuant.codebook3[Int(code)]
        }
        TurboQuant.rotateBack(values)
    }

    static func encode(_ values: UnsafePointer<Float>, intoBlock block: UnsafeMutableRawPointer) {
        let (rotated, scale) = TurboQuant.scaled(values)
        block.storeHalf(scale, at: 0)
        let boundaries = TurboQuant.midpoints3
        ThreeBits.store(TurboQuant.codes(rotated.low, boundaries, count: 7), into: block + 2)
        ThreeBits.store(TurboQuant.codes(rotated.high, boundaries, count: 7), into: block + 8)
    }
}

/// Codes of 3 bits, eight in three bytes, least significant first.
enum ThreeBits {
    /// Gives each index and its code to `body`.
    @inline(__always)
    static func decode(_ bytes: UnsafeRawPointer, count: Int, _ body: (Int, UInt8) -> Void) {
        for eight in 0..<count / 8 {
            let at = bytes + eight * 3
            let bits = UInt32(at.byte(0)) | UInt32(at.byte(1)) << 8 | UInt32(at.byte(2)) << 16
            for index in 0..<8 { body(eight * 8 + index, UInt8(truncatingIfNeeded: bits >> (3 * index) & 7)) }
        }
    }

    /// Packs 16 codes into six bytes.
    @inline(__always)
    static func store(_ codes: SIMD16<UInt8>, into bytes: UnsafeMutableRawPointer) {
        var bits: UInt64 = 0
        for index in 0..<16 { bits |= UInt64(codes[index]) << (3 * index) }
        bytes.storeBytes(of: UInt32(truncatingIfNeeded: bits), as: UInt32.self)
        bytes.storeBytes(of: UInt16(truncatingIfNeeded: bits >> 32), toByteOffset: 4, as: UInt16.self)
    }
}

extension TBQ3_0: IntegerFormat {
    static var isSigned: Bool { true }
    static var bias: Int32 { 128 }
    static var largestCode: Int { 88 }
    static var rotation: Rotation { .hadamard }

    @inline(__always)
    static func unpack<Rows: PanelRows>(
        _ rows: Rows, block: Int, _ body: (Int, PanelGroup<Rows.Words>) -> Void
    ) {
        let at = block &* 14
        let scale = rows.loadHalf(at: at) * TurboQuant.byteUnit3
        let (first, second) = threeBitCodes(rows.load4(at: at &+ 2), rows.load4(at: at &+ 6), rows.load4(at: at &+ 10))
        let table = TurboQuant.byteCodebook3
        body(block, PanelGroup(first.entries(of: table), second.entries(of: table), scale: scale))
    }
}

/// 32 adjacent codes of 3 bits, stored in three words, as bytes.
@inline(__always)
func threeBitCodes<Words: PanelWords>(_ a: Words, _ b: Words, _ c: Words) -> (Bytes16<Words>, Bytes16<Words>) {
    /// Four codes, the lowest 12 bits.
    @inline(__always)
    func four(_ bits: Words) -> Words {
        let pairs = bits & Words(repeating: 0x3f) | bits.shiftedLeft(10) & Words(repeating: 0x3f_0000)
        return pairs & Words(repeating: 0x7_0007) | pairs.shiftedLeft(5) & Words(repeating: 0x700_0700)
    }
    /// Bits `first` ..< `first + 12` of two words.
    @inline(__always)
    func across(_ low: Words, _ high: Words, _ first: UInt32) -> Words {
        low &>> Words(repeating: first) | high.shiftedLeft(32 &- first)
    }
    return (
        Bytes16(
            four(a), four(a &>> Words(repeating: 12)), four(across(a, b, 24)),
            four(b &>> Words(repeating: 4))),
        Bytes16(
            four(b &>> Words(repeating: 16)), four(across(b, c, 28)), four(c &>> Words(repeating: 8)),
            four(c &>> Words(repeating: 20)))
    )
}
