extension Q5_1: RoundedFormat {
    /// m = min x, d = (max x - m) / 31; the codes come from both before they are rounded to half.
    static func encode(_ values: UnsafePointer<Float>, intoBlock block: UnsafeMutableRawPointer) {
        let (least, largest) = extremes(values)
        let scale = (largest - least) / 31
        let inverse = scale == 0 ? 0 : 1 / scale
        block.storeHalf(scale, at: 0)
        block.storeHalf(least, at: 2)
        FiveBits.encode(into: block + 4) {
            UInt8(truncating: (values[$0] - least) * inverse + 0.5, largest: 31)
        }
    }

    static func encode(_ groups: SixteenGroups, blockCount: Int, into blocks: UnsafeMutableRawPointer) {
        groups.weigh(by: .row, factor: 1)
        let search = AffineSearch(groups, largestCode: 31, steps: .weighted)
        let found = search.run()
        for block in 0..<blockCount {
            blocks.storeHalf(found.scale[block], at: block &* 24)
            blocks.storeHalf(found.minimum[block], at: block &* 24 &+ 2)
        }
        FiveBits.encode(blockCount: blockCount, blockBytes: 24, into: blocks + 4) { index in
            coded(search.codes(found, at: index))
        }
    }
}
