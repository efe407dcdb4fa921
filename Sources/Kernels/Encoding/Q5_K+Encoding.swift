internal import TensorBase

extension Q5_K: GroupedFormat {
    @inline(__always) static var importance: ImportanceUse { .optional }
    @inline(__always) static var groupSize: Int { 32 }

    static func encode(_ groups: SixteenGroups, blockCount: Int, into blocks: UnsafeMutableRawPointer) {
        AffineEncoder.weigh(groups, factor: 2, groupsPerBlock: 8, addsMean: true)
        AffineEncoder(groups: groups, groupsPerBlock: 8, largestCode: 31, largestScaleCode: 63).encode(
            steps: AffineSearch.Steps(count: 16, first: -0.5, size: 0.1), sumsMagnitudes: false,
            blockCount: blockCount,
            header: { SixBitPairs.store($1, scales: $2, minima: $3, into: blocks + $0 &* 176, block: $0) }
        ) { index, codes in
            let pairs = pairs(codes & 15)
            for block in 0..<blockCount {
                var fifth: UInt8 = 0
                for group in 0..<8 { fifth |= (codes[block &* 8 &+ group] &>> 4) &<< UInt8(group) }
                let at = block &* 176
                blocks.store(fifth, at: at &+ 16 &+ index)
                for pair in 0..<4 { blocks.store(pairs[block &* 4 &+ pair], at: at &+ 48 &+ pair &* 32 &+ index) }
            }
        }
    }
}
