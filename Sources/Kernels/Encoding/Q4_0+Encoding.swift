extension Q4_0: RoundedFormat {
    static func encode(_ values: UnsafePointer<Float>, intoBlock block: UnsafeMutableRawPointer) {
        let inverse = storeScale(of: values, largest: 8, into: block)
        func code(_ value: Float) -> UInt8 {
            let shifted = value * inverse + 8.5
            return shifted.isNaN ? 8 : UInt8(max(0, min(15, shifted)))
        }
        for index in 0..<16 {
            block.store(code(values[index]) | code(values[index + 16]) << 4, at: 2 + index)
        }
    }

    static func encode(_ groups: SixteenGroups, blockCount: Int, into blocks: UnsafeMutableRawPointer) {
        groups.weigh(by: .row, factor: 1)
        let search = SymmetricSearch(largest: 8)
        let found = search.run(groups)
        for block in 0..<blockCount { blocks.storeHalf(found.scale[block], at: block &* 18) }
        for index in 0..<16 {
            let pairs = search.bytes(found, groups, at: index) | search.bytes(found, groups, at: index + 16) &<< 4
            for block in 0..<blockCount { blocks.store(pairs[block], at: block &* 18 &+ 2 &+ index) }
        }
    }
}

extension SymmetricSearch {
    /// The codes that the search found, from 0 on.
    @inline(__always)
    func bytes(_ found: Found, _ groups: SixteenGroups, at index: Int) -> SIMD16<UInt8> {
        let codes = codes(found.inverse * groups.values[index]) + largest
        return coded(codes.replacing(with: 0, where: found.isZero))
    }
}
