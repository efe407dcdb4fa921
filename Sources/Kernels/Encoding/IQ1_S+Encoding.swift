internal import TensorBase

extension IQ1_S: GroupedFormat {
    @inline(__always) static var importance: ImportanceUse { .required }
    @inline(__always) static var groupSize: Int { 32 }

    static func encode(_ groups: SixteenGroups, blockCount: Int, into blocks: UnsafeMutableRawPointer) {
        groups.weigh(by: .groups(8), factor: 2)
        // Ranks, which codes replace; two lists of sums; entries.
        withUnsafeTemporaryAllocation(of: SIMD16<Float>.self, capacity: 32 + 66 + 4) { memory in
            guard let ranks = memory.baseAddress else { return }
            let entries = UnsafeMutableRawPointer(ranks + 98).assumingMemoryBound(to: SIMD16<UInt32>.self)
            let ternary = TernaryGroups(groups, smallest: 1e-12, ranks: ranks)
            var choice = search(ternary, products: ranks + 32, weights: ranks + 65)
            choice.finish(ternary, all: 1, codes: ranks)
            choice.findEntries(ternary, entriesPerDelta: 4, codes: ranks, entries: entries)
            let lattice = LatticeTable<EightCodes>(Grids.iq1Neighbours)
            for entry in 0..<4 { entries[entry] = lattice.indices(of: entries[entry]) }
            for block in 0..<blockCount {
                store(choice, entries, firstLane: 8 &* block, into: blocks + block &* type.blockBytes)
            }
        }
    }

    @inline(__always)
    private static func search(
        _ groups: TernaryGroups, products: UnsafeMutablePointer<SIMD16<Float>>,
        weights: UnsafeMutablePointer<SIMD16<Float>>
    ) -> TernaryChoice {
        groups.sums(over: 0..<32, products: products, weights: weights)
        var choice = TernaryChoice()
        for first in 0...32 {
            for second in first...32 {
                let low = (products[first], weights[first])
                let middle = (products[second] - products[first], weights[second] - weights[first])
                let high = (products[32] - products[second], weights[32] - weights[second])
                @inline(__always)
                func compare(_ a: Float, _ b: Float, _ c: Float, deltas: UInt32) {
                    choice.compare(
                        low.0 * a + middle.0 * b + high.0 * c,
                        low.1 * a * a + middle.1 * b * b + high.1 * c * c, first, second, deltas: deltas)
                }
                compare(-0.875, 0.125, 1.125, deltas: 0)
                compare(-1.125, -0.125, 0.875, deltas: 1)
            }
        }
        return choice
    }

    @inline(__always)
    private static func store(
        _ choice: TernaryChoice, _ entries: UnsafeMutablePointer<SIMD16<UInt32>>, firstLane: Int,
        into block: UnsafeMutableRawPointer
    ) {
        let largest = largest(choice.scale, from: firstLane, count: 8)
        guard largest > 0 else {
            block.storeZeros(count: type.blockBytes)
            return
        }
        let unit = largest / 15
        block.storeHalf(unit * 1.125, at: 0)
        let codes = coded(roundedToEven(0.5 * ((1 / unit) * choice.scale - 1), from: 0, to: 7))
        for group in 0..<8 {
            let lane = firstLane &+ group
            var word = UInt32(codes[lane]) << 12 | choice.deltas[lane] << 15
            for entry in 0..<4 {
                let index = entries[entry][lane]
                block.store(UInt8(truncatingIfNeeded: index), at: 2 &+ 4 &* group &+ entry)
                word |= (index >> 8) << UInt32(3 &* entry)
            }
            block.storeBytes(of: UInt16(truncatingIfNeeded: word), toByteOffset: 34 &+ 2 &* group, as: UInt16.self)
        }
    }
}
