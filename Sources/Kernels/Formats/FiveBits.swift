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

/// Sixteen of the bits of `word`, each in the place of its code's fifth bit.
@inline(__always)
func fifthBits<Words: PanelWords>(_ word: Words, from first: UInt32) -> Bytes16<Words> {
    @inline(__always)
    func four(_ first: UInt32) -> Words {
        let bits = word.field(first, width: 4)
        return (bits | bits.shiftedLeft(7) | bits.shiftedLeft(14) | bits.shiftedLeft(21)).masked(1).shiftedLeft(4)
    }
    return Bytes16(four(first), four(first &+ 4), four(first &+ 8), four(first &+ 12))
}
