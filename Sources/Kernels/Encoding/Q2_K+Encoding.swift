internal import TensorBase

extension Q2_K: GroupedFormat {
    @inline(__always) static var importance: ImportanceUse { .optional }
    @inline(__always) static var groupSize: Int { 16 }

    static func encode(_ groups: SixteenGroups, blockCount: Int, into block: UnsafeMutableRawPointer) {
        AffineEncoder.weigh(groups, factor: 1, groupsPerBlock: 16, addsMean: false)
        AffineEncoder(groups: groups, groupsPerBlock: 16, largestCode: 3, largestScaleCode: 15).encode(
            steps: AffineSearch.Steps(count: 16, first: -0.5, size: 0.1), sumsMagnitudes: true, blockCount: blockCount,
            header: { _, header, scales, minima in
                block.storeBytes(of: scales | minima &<< 4, as: SIMD16<UInt8>.self)
                return AffineEncoder.Header(
                    scale: block.storeHalf(header.scale, at: 80),
                    minimumScale: block.storeHalf(header.minimumScale, at: 82))
            }
        ) { index, codes in
            TwoBits.store(codes, at: index, into: block + 16)
        }
    }
}

/// 256 codes of 2 bits in 64 bytes, as Q2_K and Q3_K have them.
enum TwoBits {
    /// Stores the codes that sixteen groups of 16 have at `index`.
    @inline(__always)
    static func store(_ codes: SIMD16<UInt8>, at index: Int, into bytes: UnsafeMutableRawPointer) {
        for half in 0..<2 {
            for column in 0..<2 {
                func at(_ quarter: Int) -> UInt8 { codes[half * 8 + quarter * 2 + column] }
                bytes.store(
                    at(0) | at(1) << 2 | at(2) << 4 | at(3) << 6, at: half * 32 + column * 16 + index)
            }
        }
    }
}
