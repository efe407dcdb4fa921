package import GGUF

/// Blocks of 32: a half-precision scale d and 32 codes of 5 bits, value = d * (code - 16).
///
/// Bit i of four bytes is the fifth bit of code i. Of the 16 bytes that follow, byte i holds the lower bits of code i in its
/// low half and those of code i + 16 in its high half.
package enum Q5_0: EncodableFormat {
    package static let type = TensorType.q5_0
    package static let floats = StoredFloats(.half, at: 0)

    package static func decode(block: UnsafeRawPointer, into values: UnsafeMutablePointer<Float>) {
        let scale = block.half(0)
        FiveBits.decode(block + 2) { index, code in values[index] = scale * Float(Int(code) - 16) }
    }

    /// d = m / -16 with m the value of largest magnitude, so that m itself is code 0; the others are rounded.
    package static func encode(_ values: UnsafePointer<Float>, intoBlock block: UnsafeMutableRawPointer) {
        var extreme: Float = 0
        for index in 0..<32 where abs(values[index]) > abs(extreme) { extreme = values[index] }
        let scale = extreme / -16
        let inverse = scale == 0 ? 0 : 1 / scale
        block.storeHalf(scale, at: 0)
        FiveBits.encode(into: block + 2) { index in
            let shifted = values[index] * inverse + 16.5
            return shifted.isNaN ? 16 : UInt8(truncating: shifted, largest: 31)
        }
    }
}

/// 32 codes of 5 bits in 20 bytes, as Q5_0 and Q5_1 have them.
enum FiveBits {
    /// Gives each index and its code to `body`.
    @inline(__always)
    static func decode(_ bytes: UnsafeRawPointer, _ body: (Int, UInt8) -> Void) {
        let fifth = bytes.loadUnaligned(as: UInt32.self)
        for index in 0..<16 {
            let lower = bytes.byte(4 + index)
            body(index, lower & 15 | UInt8(truncatingIfNeeded: fifth >> index & 1) << 4)
            body(index + 16, lower >> 4 | UInt8(truncatingIfNeeded: fifth >> (index + 16) & 1) << 4)
        }
    }

    /// Packs what `code` gives for each index.
    @inline(__always)
    static func encode(into bytes: UnsafeMutableRawPointer, _ code: (Int) -> UInt8) {
        var fifth: UInt32 = 0
        for index in 0..<16 {
            let (low, high) = (code(index), code(index + 16))
            fifth |= UInt32(low >> 4) << index | UInt32(high >> 4) << (index + 16)
            bytes.store(low & 15 | high << 4, at: 4 + index)
        }
        bytes.storeBytes(of: fifth, as: UInt32.self)
    }
}

extension Q5_0: IntegerFormat {
    package static var bias: Int32 { 16 }
    package static var largestCode: Int { 31 }

    @inline(__always)
    package static func unpack<Rows: PanelRows>(
        _ rows: Rows, block: Int, _ body: (Int, PanelGroup<Rows.Words>) -> Void
    ) {
        let at = block &* 22
        let scale = rows.halves(at, ahead: BytesAhead(at, 8))
        let fifth = rows.word(at &+ 2)
        let codes = rows.words(at &+ 6, ahead: BytesAhead(at &+ 8, 14))
        body(
            block,
            PanelGroup(
                codes.bits(0x0f) | fifthBits(fifth, from: 0), codes.bits(0x0f, downBy: 4) | fifthBits(fifth, from: 16),
                scale: scale))
    }
}
