internal import GGUF
internal import TensorBase

/// Blocks of 64: a half d and 64 codes of 2 bits, lowest first; value = d * (code - 1).
enum Q2_0: BlockFormat {
    static var type: TensorType { .q2_0 }
    static var floats: StoredFloats { StoredFloats(.half, at: 0) }

    static func decode(block: UnsafeRawPointer, into values: UnsafeMutablePointer<Float>) {
        let scale = block.half(0)
        for index in 0..<64 {
            values[index] = scale * Float(Int(block.byte(2 + index / 4) &>> UInt8(index % 4 * 2) & 3) - 1)
        }
    }
}

extension Q2_0: IntegerFormat {
    static var bias: Int32 { 1 }
    static var largestCode: Int { 3 }

    @inline(__always)
    static func unpack<Rows: PanelRows>(
        _ rows: Rows, block: Int, _ body: (Int, PanelGroup<Rows.Words>) -> Void
    ) {
        let at = block &* 18
        let scale = rows.loadHalf(at: at, prefetching: Prefetch(at, 10))
        let codes = rows.load16(at: at &+ 2, prefetching: Prefetch(at &+ 10, 8))
        for group in 0..<2 {
            let (first, second) = group == 0 ? (codes.a, codes.b) : (codes.c, codes.d)
            body(2 &* block &+ group, PanelGroup(twoBitCodes(first), twoBitCodes(second), scale: scale))
        }
    }
}

/// Sixteen codes of 2 bits of each lane, as bytes.
@inline(__always)
private func twoBitCodes<Words: PanelWords>(_ word: Words) -> Bytes16<Words> {
    @inline(__always)
    func four(_ first: UInt32) -> Words {
        let byte = word.field(first, width: 8)
        let nibbles = (byte | byte.shiftedLeft(12)) & Words(repeating: 0xf_000f)
        return (nibbles | nibbles.shiftedLeft(6)).masked(3)
    }
    return Bytes16(four(0), four(8), four(16), four(24))
}
