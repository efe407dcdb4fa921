package import GGUF

/// Blocks of 32: half-precision scale d and minimum m, and 32 codes of 5 bits as in Q5_0; value = d * code + m.
package enum Q5_1: EncodableFormat {
    package static let type = TensorType.q5_1
    package static let floats = StoredFloats(.half, at: 0, 2)

    package static func decode(block: UnsafeRawPointer, into values: UnsafeMutablePointer<Float>) {
        let (scale, minimum) = (block.half(0), block.half(2))
        FiveBits.decode(block + 4) { index, code in values[index] = scale * Float(code) + minimum }
    }

    /// m = min x, d = (max x - m) / 31; the codes come from both before they are rounded to half.
    package static func encode(_ values: UnsafePointer<Float>, intoBlock block: UnsafeMutableRawPointer) {
        let (least, largest) = extremes(values)
        let scale = (largest - least) / 31
        let inverse = scale == 0 ? 0 : 1 / scale
        block.storeHalf(scale, at: 0)
        block.storeHalf(least, at: 2)
        FiveBits.encode(into: block + 4) {
            UInt8(truncating: (values[$0] - least) * inverse + 0.5, largest: 31)
        }
    }
}

extension Q5_1: IntegerFormat {
    package static var bias: Int32 { 0 }
    package static var largestCode: Int { 31 }
    package static var hasMinimum: Bool { true }

    @inline(__always)
    package static func unpack<Rows: PanelRows>(
        _ rows: Rows, block: Int, _ body: (Int, PanelGroup<Rows.Words>) -> Void
    ) {
        let at = block &* 24
        let (head, fifth) = (rows.word(at), rows.word(at &+ 4))
        let codes = rows.words(at &+ 8)
        body(
            block,
            PanelGroup(
                codes.bits(0x0f) | fifthBits(fifth, from: 0), codes.bits(0x0f, downBy: 4) | fifthBits(fifth, from: 16),
                scale: head.halves, minimum: head.field(16, width: 16).halves))
    }
}

/// Sixteen of the bits of `word`, each in the place of its code's fifth bit.
@inline(__always)
func fifthBits<Words: PanelWords>(_ word: Words, from first: UInt32) -> FourWords<Words> {
    @inline(__always)
    func four(_ first: UInt32) -> Words {
        let bits = word.field(first, width: 4)
        return (bits | bits.up(7) | bits.up(14) | bits.up(21)).bits(1).up(4)
    }
    return FourWords(four(first), four(first &+ 4), four(first &+ 8), four(first &+ 12))
}
