internal import TensorBase

extension IQ1_M: GroupedFormat {
    @inline(__always) static var importance: ImportanceUse { .optional }
    @inline(__always) static var groupSize: Int { 16 }

    static func encode(_ groups: SixteenGroups, blockCount: Int, into block: UnsafeMutableRawPointer) {
        groups.weighByImportanceOrSquare()
        // Ranks, which codes replace; four lists of sums; entries.
        withUnsafeTemporaryAllocation(of: SIMD16<Float>.self, capacity: 16 + 68 + 2) { memory in
            guard let ranks = memory.baseAddress else { return }
            let entries = UnsafeMutableRawPointer(ranks + 84).assumingMemoryBound(to: SIMD16<UInt32>.self)
            let ternary = TernaryGroups(groups, smallest: 1e-7, ranks: ranks)
            var choice = search(ternary, sums: ranks + 16)
            choice.finish(ternary, all: 3, codes: ranks)
            choice.findEntries(ternary, entriesPerDelta: 1, codes: ranks, entries: entries)
            store(groups, choice, entries, into: block)
        }
    }

    /// - Parameter sums: memory for products and weights of either half; [4 * 17].
    @inline(__always)
    private static func search(
        _ groups: TernaryGroups, sums: UnsafeMutablePointer<SIMD16<Float>>
    ) -> TernaryChoice {
        groups.sums(over: 0..<8, products: sums, weights: sums + 17)
        groups.sums(over: 8..<16, products: sums + 34, weights: sums + 51)
        var choice = TernaryChoice()
        for first in 0...16 {
            for second in first...16 {
                /// The sums of weight * value * code and of weight * code² over half a group, for either delta.
                @inline(__always)
                func half(_ sums: UnsafeMutablePointer<SIMD16<Float>>) -> (
                    positive: (SIMD16<Float>, SIMD16<Float>), negative: (SIMD16<Float>, SIMD16<Float>)
                ) {
                    let weights = sums + 17
                    let low = sums[first] + sums[second]
                    return (
                        (
                            sums[16] * 1.125 - low,
                            weights[16] * 1.125 * 1.125 + weights[first] * 0.75 + weights[second] * -1.25
                        ),
                        (
                            sums[16] * 0.875 - low,
                            weights[16] * 0.875 * 0.875 + weights[first] * 1.25 + weights[second] * -0.75
                        )
                    )
                }
                let (a, b) = (half(sums), half(sums + 34))
                @inline(__always)
                func compare(
                    _ a: (SIMD16<Float>, SIMD16<Float>), _ b: (SIMD16<Float>, SIMD16<Float>), deltas: UInt32
                ) {
                    choice.compare(a.0 + b.0, a.1 + b.1, first, second, deltas: deltas)
                }
                compare(a.positive, b.positive, deltas: 0)
                compare(a.positive, b.negative, deltas: 2)
                compare(a.negative, b.positive, deltas: 1)
                compare(a.negative, b.negative, deltas: 3)
            }
        }
        return choice
    }

    @inline(__always)
    private static func store(
        _ groups: SixteenGroups, _ choice: TernaryChoice, _ entries: UnsafeMutablePointer<SIMD16<UInt32>>,
        into block: UnsafeMutableRawPointer
    ) {
        let largest = largest(choice.scale, from: 0, count: 16)
        guard largest > 0 else {
            block.storeZeros(count: type.blockBytes)
            return
        }
        let scales = roundedToEven(0.5 * ((1 / (largest / 15)) * choice.scale - 1), from: 0, to: 7)
        let unit = bestUnit(groups, choice, entries, scales: scales) ?? largest / 15

        let lattice = LatticeTable<EightCodes>(Grids.iq1Neighbours)
        let (first, second) = (lattice.indices(of: entries[0]), lattice.indices(of: entries[1]))
        let codes = coded(scales)
        let half = Float16(unit * 1.1125).bitPattern
        for word in 0..<4 {
            var bits = (half &>> UInt16(4 &* word)) << 12
            for place in 0..<4 { bits |= UInt16(codes[4 &* word &+ place]) << UInt16(3 &* place) }
            block.storeBytes(of: bits, toByteOffset: 48 &+ 2 &* word, as: UInt16.self)
        }
        for group in 0..<16 {
            block.store(UInt8(truncatingIfNeeded: first[group]), at: 2 &* group)
            block.store(UInt8(truncatingIfNeeded: second[group]), at: 2 &* group &+ 1)
            let deltas = choice.deltas[group]
            let upper = first[group] >> 8 | (second[group] >> 8) << 4 | (deltas & 1) << 3 | (deltas >> 1) << 7
            block.store(UInt8(truncatingIfNeeded: upper), at: 32 &+ group)
        }
    }

    /// The unit that is best for the whole block once scales are codes; nil if all weights are zero.
    @inline(__always)
    private static func bestUnit(
        _ groups: SixteenGroups, _ choice: TernaryChoice, _ entries: UnsafeMutablePointer<SIMD16<UInt32>>,
        scales: SIMD16<Float>
    ) -> Float? {
        withUnsafeTemporaryAllocation(of: SIMD16<Float>.self, capacity: 32) { memory in
            guard let terms = memory.baseAddress else { return nil }
            for index in 0..<16 {
                let half = UInt32(truncatingIfNeeded: index / 8)
                let value = TernaryChoice.value(
                    entries[index / 8], index & 7, isDeltaNegative: (choice.deltas &>> half & 1) .== 1)
                let scaled = value * (2 * scales + 1)
                terms[index] = groups.weights[index] * scaled * groups.values[index]
                terms[16 + index] = groups.weights[index] * scaled * scaled
            }
            // In the order of the block's values.
            var (products, squares): (Float, Float) = (0, 0)
            for group in 0..<16 {
                for index in 0..<16 {
                    products += terms[index][group]
                    squares += terms[16 + index][group]
                }
            }
            return squares > 0 ? products / squares : nil
        }
    }
}
