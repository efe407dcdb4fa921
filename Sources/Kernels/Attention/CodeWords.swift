// How caches pack codes in words, those of 16 lanes side by side.

/// Codes of 4 bits, eight per word: `[4, 16]` for 32 codes. The first code is in the lowest bits.
enum NibbleWords {
    /// Packs the low four bits of all 32 codes of one lane.
    @inline(__always)
    static func pack(_ codes: UnsafePointer<UInt8>, lane: Int, into packed: UnsafeMutableRawPointer) {
        for word in 0..<4 {
            var bits: UInt32 = 0
            for place in 0..<8 { bits |= UInt32(codes[8 &* word &+ place] & 15) &<< UInt32(4 &* place) }
            packed.storeBytes(of: bits, toByteOffset: 4 &* (16 &* word &+ lane), as: UInt32.self)
        }
    }

    /// Packs those of code `index` of all 16 lanes.
    @inline(__always)
    static func pack(_ codes: UnsafePointer<UInt8>, index: Int, into packed: UnsafeMutableRawPointer) {
        replaceBits(UInt32(4 &* (index & 7)), count: 4, by: codes, in: packed + 64 &* (index / 8))
    }
}

/// Shifts 16 codes right by `shift`, and puts their low `count` bits at bit `start` of 16 words.
@inline(__always)
func replaceBits(
    _ start: UInt32, count: UInt32, by codes: UnsafePointer<UInt8>, shiftedBy shift: UInt32 = 0,
    in words: UnsafeMutableRawPointer
) {
    let mask: UInt32 = (1 &<< count &- 1)
    var bits = words.loadUnaligned(as: SIMD16<UInt32>.self)
    for lane in 0..<16 {
        bits[lane] = bits[lane] & ~(mask &<< start) | (UInt32(codes[lane]) &>> shift & mask) &<< start
    }
    words.storeBytes(of: bits, as: SIMD16<UInt32>.self)
}
