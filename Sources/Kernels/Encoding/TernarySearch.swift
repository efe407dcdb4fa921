internal import TensorBase

/// What the encoders of IQ1_S and IQ1_M share. Values are scale * (g + delta): the lowest of a group in rising order
/// get g = -1, those behind them 0, the others 1. All pairs of borders are tried, with each sign of delta.
struct TernaryGroups {
    typealias Lanes = SIMD16<Float>

    let size: Int
    let values: UnsafeMutablePointer<Lanes>  // [size]
    let weights: UnsafeMutablePointer<Lanes>  // [size]
    /// The place of each value in rising order; equal values keep their order.
    let ranks: UnsafeMutablePointer<Lanes>  // [size]
    let isZero: SIMDMask<SIMD16<Int32>>

    /// - Parameter smallest: groups whose magnitudes are all smaller are zeros.
    @inline(__always)
    init(_ groups: SixteenGroups, smallest: Float, ranks: UnsafeMutablePointer<Lanes>) {
        (size, values, weights, self.ranks) = (groups.size, groups.values, groups.weights, ranks)
        isZero = .!(magnitude(groups.extreme) .>= smallest)
        for index in 0..<size { ranks[index] = .zero }
        for index in 0..<size {
            var rank = ranks[index]
            for later in index + 1..<max(size, index + 1) {
                let isLess = values[later] .< values[index]
                rank += Lanes.zero.replacing(with: 1, where: isLess)
                ranks[later] += Lanes(repeating: 1).replacing(with: 0, where: isLess)
            }
            ranks[index] = rank
        }
    }

    /// The sums of weight * value and of weight over the lowest values.
    /// - Parameters:
    ///   - part: which values of a group are summed up.
    ///   - products: of the lowest 0 to `size` values; [size + 1].
    ///   - weights: likewise.
    @inline(__always)
    func sums(
        over part: Range<Int>, products: UnsafeMutablePointer<Lanes>, weights sums: UnsafeMutablePointer<Lanes>
    ) {
        for count in 0...size { (products[count], sums[count]) = (.zero, .zero) }
        for index in part {
            let product = weights[index] * values[index]
            for lane in 0..<16 {
                let place = 1 &+ Int(ranks[index][lane])
                products[place][lane] = product[lane]
                sums[place][lane] = weights[index][lane]
            }
        }
        for count in 0..<size {
            products[count + 1] += products[count]
            sums[count + 1] += sums[count]
        }
    }
}

/// What is found for sixteen groups: the borders, the scale, and which deltas are negative.
struct TernaryChoice {
    typealias Lanes = SIMD16<Float>

    private(set) var scale = Lanes.zero
    private var gain = Lanes(repeating: -1)
    private var first = Lanes.zero
    private var second = Lanes.zero
    /// Bit h: of the entries of half h.
    private(set) var deltas = SIMD16<UInt32>.zero

    /// Takes a trial where its error is less than that of the trials before it.
    @inline(__always)
    mutating func compare(_ products: Lanes, _ squares: Lanes, _ first: Int, _ second: Int, deltas: UInt32) {
        let chosen = (squares .> 0) .& (products * products .> gain * squares)
        let better = products / squares
        scale.replace(with: better, where: chosen)
        gain.replace(with: better * products, where: chosen)
        self.first.replace(with: Lanes(repeating: Float(first)), where: chosen)
        self.second.replace(with: Lanes(repeating: Float(second)), where: chosen)
        self.deltas.replace(with: deltas, where: chosen)
    }

    /// Makes scales positive, which exchanges the codes 0 and 2 and the signs of delta; those of zeros become zero.
    /// - Parameters:
    ///   - all: the bits of `deltas`.
    ///   - codes: receives the codes of the values; [size].
    @inline(__always)
    mutating func finish(_ groups: TernaryGroups, all: UInt32, codes: UnsafeMutablePointer<Lanes>) {
        let isNegative = scale .< 0
        for index in 0..<groups.size {
            let rank = groups.ranks[index]
            var code = Lanes.zero.replacing(with: 1, where: rank .>= first)
            code.replace(with: 2, where: rank .>= second)
            code.replace(with: 2 - code, where: isNegative)
            codes[index] = code
        }
        deltas.replace(with: deltas ^ SIMD16(repeating: all), where: isNegative)
        deltas.replace(with: 0, where: groups.isZero)
        scale = magnitude(scale).replacing(with: 0, where: groups.isZero)
    }

    /// Finds the grid's entries that are nearest to the codes, and the scale that is best for them.
    /// - Parameter entries: receives the entries' indices, in the rows of a group; [size / 8].
    @inline(__always)
    mutating func findEntries(
        _ groups: TernaryGroups, entriesPerDelta: Int, codes: UnsafeMutablePointer<Lanes>,
        entries: UnsafeMutablePointer<SIMD16<UInt32>>
    ) {
        let lattice = LatticeTable<EightCodes>(Grids.iq1Neighbours)
        var all = SIMD16<UInt32>(repeating: GridNeighbours.isEntry)
        for entry in 0..<groups.size / 8 {
            let points = lattice.points { codes[8 &* entry &+ $0] }
            let half = UInt32(truncatingIfNeeded: entry / entriesPerDelta)
            let found = UnsafeMutableRawPointer(entries + entry).assumingMemoryBound(to: UInt32.self)
            for lane in 0..<16 {
                let at = 128 &* entry &+ lane
                let isDeltaNegative = deltas[lane] &>> half & 1 == 1
                found[lane] = lattice.entry(
                    points[lane], values: CodeValues(first: isDeltaNegative ? -1.125 : -0.875, step: 1),
                    scale: scale[lane],
                    numbers: UnsafeRawPointer(groups.values).assumingMemoryBound(to: Float.self) + at,
                    weights: UnsafeRawPointer(groups.weights).assumingMemoryBound(to: Float.self) + at)
            }
            entries[entry].replace(with: lattice.zero, where: groups.isZero)
            all &= entries[entry]
        }
        let hasNeighbours = all .== 0
        var (products, squares) = (Lanes.zero, Lanes.zero)
        for index in 0..<groups.size {
            let half = UInt32(truncatingIfNeeded: index / 8 / entriesPerDelta)
            let value = Self.value(entries[index / 8], index & 7, isDeltaNegative: (deltas &>> half & 1) .== 1)
            products += groups.weights[index] * value * groups.values[index]
            squares += groups.weights[index] * value * value
        }
        scale.replace(with: products / squares, where: hasNeighbours .& (products .> 0) .& (squares .> 0))
    }

    /// The values of code `place` of entries, without the scale.
    @inline(__always)
    static func value(
        _ entries: SIMD16<UInt32>, _ place: Int, isDeltaNegative: SIMDMask<SIMD16<Int32>>
    ) -> Lanes {
        let code = floats((entries &>> EightCodes.shift(place)) & 3)
        return code - Lanes(repeating: 0.875).replacing(with: 1.125, where: isDeltaNegative)
    }
}
