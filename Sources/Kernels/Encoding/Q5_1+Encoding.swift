extension Q5_1: RoundedFormat {
    static func encode(_ values: UnsafePointer<Float>, intoBlock block: UnsafeMutableRawPointer) {
        let (least, inverse) = storeRange(of: values, largestCode: 31, into: block)
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
