package import GGUF

/// Blocks of 256 in 8 groups of 32: value = d * scale * code - dmin * minimum, with codes of 4 bits and a scale and a
/// minimum of 6 bits for each group.
///
/// The halves d and dmin, 12 bytes of scales and minima (`SixBitPairs`), and 128 bytes of codes, 32 for two groups: byte i
/// holds code i of the one in its low half and code i of the other in its high half.
package enum Q4_K: EncodableFormat {
    package static let type = TensorType.q4_k
    package static let floats = StoredFloats(.half, at: 0, 2)

    package static func decode(block: UnsafeRawPointer, into values: UnsafeMutablePointer<Float>) {
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

    package static func encode(_ values: UnsafePointer<Float>, intoBlock block: UnsafeMutableRawPointer) {
        AffineEncoder.encode(values, largestCode: 15, steps: 21, firstStep: -1, header: block) { index, codes in
            let pairs = codes.evenHalf | codes.oddHalf &<< 4
            for pair in 0..<4 { block.store(pairs[pair], at: 16 + pair * 32 + index) }
        }
    }
}

/// Eight scales and eight minima of 6 bits in 12 bytes, as Q4_K and Q5_K have them.
///
/// The first four scales are the lower 6 bits of bytes 0 to 3, the first four minima those of bytes 4 to 7. Of the others
/// the lower 4 bits are the halves of bytes 8 to 11, and the upper 2 bits the upper bits of bytes 0 to 7.
enum SixBitPairs {
    @inline(__always)
    static func pair(_ bytes: UnsafeRawPointer, group: Int) -> (scale: UInt8, minimum: UInt8) {
        if group < 4 { return (bytes.byte(group) & 63, bytes.byte(group + 4) & 63) }
        let lower = bytes.byte(group + 4)
        return (lower & 15 | (bytes.byte(group - 4) & 0xc0) >> 2, lower >> 4 | (bytes.byte(group) & 0xc0) >> 2)
    }

    @inline(__always)
    static func store(scales: SIMD8<UInt8>, minima: SIMD8<UInt8>, into bytes: UnsafeMutableRawPointer) {
        for group in 0..<4 {
            bytes.store(scales[group] | (scales[group + 4] & 0x30) << 2, at: group)
            bytes.store(minima[group] | (minima[group + 4] & 0x30) << 2, at: group + 4)
            bytes.store(scales[group + 4] & 15 | minima[group + 4] << 4, at: group + 8)
        }
    }
}

extension Q4_K: IntegerFormat {
    package static var bias: Int32 { 0 }
    package static var largestCode: Int { 15 }
    package static var hasMinimum: Bool { true }

    @inline(__always)
    package static func unpack<Rows: PanelRows>(
        _ rows: Rows, block: Int, _ body: (Int, PanelGroup<Rows.Words>) -> Void
    ) {
        let at = block &* 144
        let scales = SixBitScales(rows.words(at))
        for pair in 0..<4 {
            let codes = at &+ 16 &+ 32 &* pair
            let (first, second) = rows.twiceWords(codes, ahead: BytesAhead(codes, 16))
            var group = 2 &* pair
            rows.fetch(BytesAhead(codes &+ 16, 8))
            body(
                8 &* block &+ group,
                PanelGroup(
                    first.bits(0x0f), second.bits(0x0f), scale: scales.scale(group), minimum: scales.minimum(group)))
            group &+= 1
            rows.fetch(BytesAhead(codes &+ 24, 8))
            body(
                8 &* block &+ group,
                PanelGroup(
                    first.bits(0x0f, downBy: 4), second.bits(0x0f, downBy: 4), scale: scales.scale(group),
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
    init(_ head: FourWords<Words>) {
        unit = head.a.halves
        negativeUnit = head.a.field(16, width: 16).halves * -1
        low = head.b.bits(0x3f)
        lowMinima = head.c.bits(0x3f)
        // The upper two bits lie above the 6 of the others.
        high = head.d.bits(0x0f) | head.b.bits(0x03, downBy: 6).up(4)
        highMinima = head.d.bits(0x0f, downBy: 4) | head.c.bits(0x03, downBy: 6).up(4)
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
