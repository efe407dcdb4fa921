internal import GGUF
internal import TensorBase

/// Blocks of 256 in 8 groups of 32: as Q4_K, with codes of 5 bits.
///
/// Between the scales and the lower bits of the codes are 32 bytes with the fifth bits: bit j of byte i belongs to code
/// i of group j.
enum Q5_K: BlockFormat {
    static var type: TensorType { .q5_k }
    static var floats: StoredFloats { StoredFloats(.half, at: 0, and: 2) }

    static func decode(block: UnsafeRawPointer, into values: UnsafeMutablePointer<Float>) {
        let (scale, minimumScale) = (block.half(0), block.half(2))
        let fifth = block + 16
        for group in 0..<8 {
            let pair = SixBitPairs.pair(block + 4, group: group)
            let step = scale * Float(pair.scale)
            let minimum = minimumScale * Float(pair.minimum)
            let lower = block + 48 + group / 2 * 32
            let shift = UInt8(group % 2 * 4)
            for index in 0..<32 {
                let code = lower.byte(index) &>> shift & 15 | (fifth.byte(index) &>> UInt8(group) & 1) << 4
                values[group * 32 + index] = step * Float(code) - minimum
            }
        }
    }
}

extension Q5_K: IntegerFormat {
    static var bias: Int32 { 0 }
    static var largestCode: Int { 31 }
    static var hasMinimum: Bool { true }

    @inline(__always)
    static func unpack<Rows: PanelRows>(
        _ rows: Rows, block: Int, _ body: (Int, PanelGroup<Rows.Words>) -> Void
    ) {
        let at = block &* 176
        let scales = SixBitScales(rows.load16(at: at))
        let (fifth, laterFifth) = rows.load32(at: at &+ 16)
        for pair in 0..<4 {
            let codes = at &+ 48 &+ 32 &* pair
            let (first, second) = rows.load32(at: codes, prefetching: Prefetch(codes, 16))
            @inline(__always)
            func panel(_ group: Int, shiftedRight shift: UInt32) -> PanelGroup<Rows.Words> {
                let bit = UInt32(truncatingIfNeeded: group)
                return PanelGroup(
                    first.shiftedRight(shift).masked(0x0f) | fifth.shiftedRight(bit).masked(1).shiftedLeft(4),
                    second.shiftedRight(shift).masked(0x0f) | laterFifth.shiftedRight(bit).masked(1).shiftedLeft(4),
                    scale: scales.scale(group), minimum: scales.minimum(group))
            }
            let group = 2 &* pair
            rows.prefetch(Prefetch(codes &+ 16, 8))
            body(8 &* block &+ group, panel(group, shiftedRight: 0))
            rows.prefetch(Prefetch(codes &+ 24, 8))
            body(8 &* block &+ group &+ 1, panel(group &+ 1, shiftedRight: 4))
        }
    }
}
