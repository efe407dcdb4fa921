internal import TensorBase

extension Q6_K: GroupedFormat {
    @inline(__always) static var importance: ImportanceUse { .optional }
    @inline(__always) static var groupSize: Int { 16 }

    /// Values are weighted by their importance alone, or else by their squares.
    static func encode(_ groups: SixteenGroups, blockCount: Int, into block: UnsafeMutableRawPointer) {
        if !groups.hasImportance { groups.weighBySquare() }
        let search = SymmetricSearch(largest: 32)
        let found = search.run(groups)
        let extreme = extreme(found.scale)
        guard abs(extreme) >= SymmetricSearch.smallest else {
            block.storeZeros(count: type.blockBytes)
            return
        }
        // The scale of largest magnitude is -128, so that it is kept exactly.
        let inverse = -128 / extreme
        let scales = roundedToEven(found.scale * inverse, from: -128, to: 127)
        block.storeBytes(of: coded(scales), toByteOffset: 192, as: SIMD16<UInt8>.self)

        let step = scales * block.storeHalf(1 / inverse, at: 208)
        for index in 0..<16 {
            // A group whose scale became zero keeps the codes of the search, as in the reference.
            let rounded = search.codes(groups.values[index] / step)
            let searched = search.codes(groups.values[index] * found.inverse)
            var codes = rounded.replacing(with: searched, where: step .== 0) + 32
            codes.replace(with: 0, where: found.isZero)
            store(coded(codes) & 63, at: index, into: block)
        }
    }

    /// Stores the codes that the sixteen groups have at `index`.
    @inline(__always)
    private static func store(_ codes: SIMD16<UInt8>, at index: Int, into block: UnsafeMutableRawPointer) {
        let (lower, upper) = (codes & 15, codes &>> 4)
        for half in 0..<2 {
            for column in 0..<2 {
                func at(_ quarter: Int) -> Int { half * 8 + quarter * 2 + column }
                let place = half * 64 + column * 16 + index
                block.store(lower[at(0)] | lower[at(2)] << 4, at: place)
                block.store(lower[at(1)] | lower[at(3)] << 4, at: place + 32)
                let bits = upper[at(0)] | upper[at(1)] << 2 | upper[at(2)] << 4 | upper[at(3)] << 6
                block.store(bits, at: 128 + half * 32 + column * 16 + index)
            }
        }
    }
}
