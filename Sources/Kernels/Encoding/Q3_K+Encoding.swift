internal import TensorBase

extension Q3_K: GroupedFormat {
    @inline(__always) static var importance: ImportanceUse { .optional }
    @inline(__always) static var groupSize: Int { 16 }

    static func encode(_ groups: SixteenGroups, blockCount: Int, into block: UnsafeMutableRawPointer) {
        withUnsafeTemporaryAllocation(of: SIMD16<Float>.self, capacity: 16) { memory in
            guard let codes = memory.baseAddress else { return }
            let (unit, scales) = search(groups, codes: codes)
            store(coded(scales + 32), into: block + 96)
            let step = scales * block.storeHalf(unit, at: 108)
            for index in 0..<16 {
                // A group whose scale became zero keeps the codes of the search, as in the reference.
                let rounded = roundedToEven(groups.values[index] / step, from: -4, to: 3) + 4
                store(coded(rounded.replacing(with: codes[index], where: step .== 0)), at: index, into: block)
            }
        }
    }

    /// - Parameter codes: receives the codes by the scales before they are rounded, from 0 to 7; [16].
    /// - Returns: the unit of the scales, and the scales as codes from -32 to 31.
    @inline(__always)
    private static func search(
        _ groups: SixteenGroups, codes: UnsafeMutablePointer<SIMD16<Float>>
    ) -> (unit: Float, scales: SIMD16<Float>) {
        guard groups.hasImportance else {
            groups.weighBySquare()
            let scales = RefiningSearch(groups: groups, largest: 4).run(codes: codes)
            let extreme = extreme(scales)
            guard extreme != 0 else { return (0, SIMD16(repeating: -32)) }
            let inverse = -32 / extreme
            return (1 / inverse, roundedToEven(scales * inverse, from: -32, to: 31))
        }
        groups.weigh(by: .groups(16), factor: 2)
        let search = SymmetricSearch(largest: 4)
        let found = search.run(groups)
        for index in 0..<16 {
            codes[index] = search.codes(found.inverse * groups.values[index]) + 4
            codes[index].replace(with: 0, where: found.isZero)
        }
        let ofScales = SymmetricSearch(largest: 32).run(found.scale, weights: groups.weightSum)
        return (ofScales.scale, ofScales.codes)
    }

    /// Stores the codes that the sixteen groups have at `index`.
    @inline(__always)
    private static func store(_ codes: SIMD16<UInt8>, at index: Int, into block: UnsafeMutableRawPointer) {
        TwoBits.store(codes & 3, at: index, into: block + 32)
        for column in 0..<2 {
            var third: UInt8 = 0
            for bit in 0..<8 { third |= (codes[2 &* bit &+ column] &>> 2) &<< UInt8(bit) }
            block.store(third, at: column &* 16 &+ index)
        }
    }

    /// Stores sixteen scales of 6 bits; see `scale(_:group:)`.
    @inline(__always)
    private static func store(_ scales: SIMD16<UInt8>, into bytes: UnsafeMutableRawPointer) {
        for place in 0..<8 { bytes.store(scales[place] & 15 | (scales[place &+ 8] & 15) << 4, at: place) }
        for place in 0..<4 {
            var upper: UInt8 = 0
            for quarter in 0..<4 { upper |= (scales[quarter &* 4 &+ place] >> 4) << UInt8(2 &* quarter) }
            bytes.store(upper, at: 8 &+ place)
        }
    }
}
