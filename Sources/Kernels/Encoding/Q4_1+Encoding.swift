extension Q4_1: RoundedFormat {
    static func encode(_ values: UnsafePointer<Float>, intoBlock block: UnsafeMutableRawPointer) {
        let (least, inverse) = storeRange(of: values, largestCode: 15, into: block)
        func code(_ value: Float) -> UInt8 { UInt8(truncating: (value - least) * inverse + 0.5, largest: 15) }
        for index in 0..<16 { block.store(code(values[index]) | code(values[index + 16]) << 4, at: 4 + index) }
    }

    static func encode(_ groups: SixteenGroups, blockCount: Int, into blocks: UnsafeMutableRawPointer) {
        groups.weigh(by: .row, factor: 1)
        let search = AffineSearch(groups, largestCode: 15, steps: .weighted)
        let found = search.run()
        for block in 0..<blockCount {
            blocks.storeHalf(found.scale[block], at: block &* 20)
            blocks.storeHalf(found.minimum[block], at: block &* 20 &+ 2)
        }
        for index in 0..<16 {
            let pairs = coded(search.codes(found, at: index)) | coded(search.codes(found, at: index + 16)) &<< 4
            for block in 0..<blockCount { blocks.store(pairs[block], at: block &* 20 &+ 4 &+ index) }
        }
    }
}
