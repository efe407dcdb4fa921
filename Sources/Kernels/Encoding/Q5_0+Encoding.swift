extension Q5_0: RoundedFormat {
    static func encode(_ values: UnsafePointer<Float>, intoBlock block: UnsafeMutableRawPointer) {
        let inverse = storeScale(of: values, largest: 16, into: block)
        FiveBits.encode(into: block + 2) { index in
            let shifted = values[index] * inverse + 16.5
            return shifted.isNaN ? 16 : UInt8(truncating: shifted, largest: 31)
        }
    }

    static func encode(_ groups: SixteenGroups, blockCount: Int, into blocks: UnsafeMutableRawPointer) {
        groups.weigh(by: .row, factor: 1)
        let search = SymmetricSearch(largest: 16)
        let found = search.run(groups)
        for block in 0..<blockCount { blocks.storeHalf(found.scale[block], at: block &* 22) }
        FiveBits.encode(blockCount: blockCount, blockBytes: 22, into: blocks + 2) { index in
            search.bytes(found, groups, at: index)
        }
    }
}

extension FiveBits {
    /// Packs the codes of several blocks. `codes` gives those that sixteen blocks have at an index.
    @inline(__always)
    static func encode(
        blockCount: Int, blockBytes: Int, into bytes: UnsafeMutableRawPointer, _ codes: (Int) -> SIMD16<UInt8>
    ) {
        var fifth = SIMD16<UInt32>.zero
        for index in 0..<16 {
            let (low, high) = (codes(index), codes(index + 16))
            let pairs = low & 15 | high &<< 4
            for block in 0..<16 {
                fifth[block] |=
                    UInt32(low[block] &>> 4) &<< UInt32(index)
                    | UInt32(high[block] &>> 4) &<< UInt32(index + 16)
            }
            for block in 0..<blockCount { bytes.store(pairs[block], at: block &* blockBytes &+ 4 &+ index) }
        }
        for block in 0..<blockCount {
            bytes.storeBytes(of: fifth[block], toByteOffset: block &* blockBytes, as: UInt32.self)
        }
    }
}
