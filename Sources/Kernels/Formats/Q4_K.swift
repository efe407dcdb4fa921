internal import GGUF
internal import TensorBase

/// Blocks of 256 in 8 groups of 32: value = d * scale * code - dmin * minimum, with codes of 4 bits and a scale and a
/// minimum of 6 bits for each group.
///
/// The halves d and dmin, 12 bytes of scales and minima (`SixBitPairs`), and 128 bytes of codes, 32 for two groups:
/// byte i holds code i of the one in its low half and code i of the other in its high half.
enum Q4_K: BlockFormat {
    static var type: TensorType { .q4_k }
    static var floats: StoredFloats { StoredFloats(.half, at: 0, and: 2) }

    static func decode(block: UnsafeRawPointer, into values: UnsafeMutablePointer<Float>) {
        let (scale, minimumScale) = (block.half(0), block.half(2))
        for group in 0..<8 {
            let pair = SixBitPairs.pair(block + 4, group: group)
            let step = scale * Float(pair.scale)
            let minimum = minimumScale * Float(pair.minimum)
            let codes = block + 16 + group / 2 * 32
            let shift = UInt8(group % 2 * 4)
            for index in 0..<32 {
                values[group * 32 + index] = step * Float(codes.byte(index) &>> shift & 15) - minimum
            }
        }
    }
}

extension Q4_K: IntegerFormat {
    static var bias: Int32 { 0 }
    static var largestCode: Int { 15 }
    static var hasMinimum: Bool { true }

    @inline(__always)
    static func unpack<Rows: PanelRows>(
        _ rows: Rows, block: Int, _ body: (Int, PanelGroup<Rows.Words>) -> Void
    ) {
        let at = block &* 144
        let scales = SixBitScales(rows.load16(at: at))
        for pair in 0..<4 {
            let codes = at &+ 16 &+ 32 &* pair
            let (first, second) = rows.load32(at: codes, prefetching: Prefetch(codes, 16))
            var group = 2 &* pair
            rows.prefetch(Prefetch(codes &+ 16, 8))
            body(
                8 &* block &+ group,
                PanelGroup(
                    first.masked(0x0f), second.masked(0x0f), scale: scales.scale(group), minimum: scales.minimum(group))
            )
            group &+= 1
            rows.prefetch(Prefetch(codes &+ 24, 8))
            body(
                8 &* block &+ group,
                PanelGroup(
                    first.shiftedRight(4).masked(0x0f), second.shiftedRight(4).masked(0x0f), scale: scales.scale(group),
                    minimum: scales.minimum(group)))
        }
    }
}

/// The head of the blocks of Q4_K and Q5_K: halves d and dmin, then eight scales and eight minima of 6 bits.
struct SixBitScales<Words: PanelWords> {
    /// Scales of groups 0 ..< 4 and 4 ..< 8, in bytes.
    private let low, high: Words
    private let lowMinima, highMinima: Words
    private let unit, negativeUnit: Words.Floats

    @inline(__always)
    init(_ head: Bytes16<Words>) {
        unit = head.a.halves
        negativeUnit = head.a.field(16, width: 16).halves * -1
        low = head.b.masked(0x3f)
        lowMinima = head.c.masked(0x3f)
        // The upper two bits are stored above the 6 bits of the first four scales and minima.
        high = head.d.masked(0x0f) | head.b.shiftedRight(6).masked(0x03).shiftedLeft(4)
        highMinima = head.d.shiftedRight(4).masked(0x0f) | head.c.shiftedRight(6).masked(0x03).shiftedLeft(4)
    }

    @inline(__always)
    func scale(_ group: Int) -> Words.Floats { unit * byte(group, low, high).floats }

    @inline(__always)
    func minimum(_ group: Int) -> Words.Floats { negativeUnit * byte(group, lowMinima, highMinima).floats }

    @inline(__always)
    private func byte(_ group: Int, _ low: Words, _ high: Words) -> Words {
        (group < 4 ? low : high).field(UInt32(truncatingIfNeeded: 8 &* (group & 3)), width: 8)
    }
}
