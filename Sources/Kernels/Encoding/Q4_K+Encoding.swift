internal import TensorBase

extension Q4_K: GroupedFormat {
    @inline(__always) static var importance: ImportanceUse { .optional }
    @inline(__always) static var groupSize: Int { 32 }

    static func encode(_ groups: SixteenGroups, blockCount: Int, into blocks: UnsafeMutableRawPointer) {
        AffineEncoder.weigh(groups, factor: 2, groupsPerBlock: 8, addsMean: true)
        AffineEncoder(groups: groups, groupsPerBlock: 8, largestCode: 15, largestScaleCode: 63).encode(
            steps: AffineSearch.Steps(count: 21, first: -1, size: 0.1), sumsMagnitudes: false, blockCount: blockCount,
            header: { SixBitPairs.store($1, scales: $2, minima: $3, into: blocks + $0 &* 144, block: $0) }
        ) { index, codes in
            let pairs = pairs(codes)
            for block in 0..<blockCount {
                for pair in 0..<4 {
                    blocks.store(pairs[block &* 4 &+ pair], at: block &* 144 &+ 16 &+ pair &* 32 &+ index)
                }
            }
        }
    }
}

/// Codes of four bits of neighbouring groups as bytes, the first in the low half.
@inline(__always)
func pairs(_ codes: SIMD16<UInt8>) -> SIMD8<UInt8> {
    var pairs = SIMD8<UInt8>.zero
    for pair in 0..<8 { pairs[pair] = codes[2 &* pair] | codes[2 &* pair &+ 1] &<< 4 }
    return pairs
}

extension SixBitPairs {
    /// Writes the first 16 bytes of a block of Q4_K or Q5_K.
    /// - Parameter number: which half of the codes are the block's.
    @inline(__always)
    static func store(
        _ header: AffineEncoder.Header, scales: SIMD16<UInt8>, minima: SIMD16<UInt8>,
        into block: UnsafeMutableRawPointer, block number: Int
    ) -> AffineEncoder.Header {
        var (blockScales, blockMinima) = (SIMD8<UInt8>.zero, SIMD8<UInt8>.zero)
        for group in 0..<8 {
            blockScales[group] = scales[8 &* number &+ group]
            blockMinima[group] = minima[8 &* number &+ group]
        }
        store(scales: blockScales, minima: blockMinima, into: block + 4)
        return AffineEncoder.Header(
            scale: block.storeHalf(header.scale, at: 0), minimumScale: block.storeHalf(header.minimumScale, at: 2))
    }
}
