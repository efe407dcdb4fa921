internal import TensorBase

/// Which entries are looked for again with the scale that was found.
enum GridRepetition {
    /// Those of points that are not of the grid.
    case ofNeighbours
    /// All of a group in which there is such an entry.
    case ofGroupsWithNeighbours
    /// All. The search starts from the scale that is best for codes of a lattice, and not of a grid.
    case ofAll
}

/// Finds scales and grid entries of IQ2 and IQ3 for sixteen groups: magnitude = scale * (2 * code + 1).
struct GridSearch<Shape: EntryShape> {
    typealias Lanes = SIMD16<Float>

    let lattice: LatticeTable<Shape>
    /// The scales that are tried map the largest magnitude to 2 * levels - 1 + `stepSize` * k, with k from -`reach` to
    /// `reach`.
    let reach: Int
    let stepSize: Float
    /// Groups with smaller values are zeros; 0 for those that are exactly zero.
    let smallest: Float
    let repetition: GridRepetition

    /// - Parameter entries: receives the entries, in the rows of a group; [size / Shape.codeCount].
    /// - Returns: the scales, which may be negative; 0, with the entry of zeros, for zeros.
    @inline(__always)
    func run(
        _ groups: SignedGroups, entries: UnsafeMutablePointer<SIMD16<UInt32>>
    ) -> (scale: Lanes, isZero: SIMDMask<SIMD16<Int32>>) {
        let largest = groups.largest
        var isZero = smallest == 0 ? .!(largest .> 0) : .!(largest .>= smallest)
        let top = 2 * Shape.levels - 1
        var scale = largest / top
        var reference = largest
        if repetition == .ofAll {
            scale = latticeScale(groups)
            reference = scale * Shape.levels
            isZero = isZero .| .!(reference .> 0)
        }
        var first = SIMD16<UInt32>(repeating: lattice.zero)
        // A group for which no trial counts is searched again.
        if repetition == .ofGroupsWithNeighbours { first &= ~GridNeighbours.isEntry }
        let entryCount = groups.size / Shape.codeCount
        for entry in 0..<entryCount { entries[entry] = first }

        withUnsafeTemporaryAllocation(of: SIMD16<UInt32>.self, capacity: 8) { memory in
            guard let trial = memory.baseAddress else { return }
            var gain = Lanes.zero
            for step in -reach...reach {
                let inverse = (top + Float(step) * stepSize) / reference
                find(groups, inverse: inverse, scale: 1 / inverse, into: trial)
                let (products, squares) = sums(groups, trial)
                let chosen = (squares .> 0) .& (products * products .> gain * squares)
                let better = products / squares
                scale.replace(with: better, where: chosen)
                gain.replace(with: better * products, where: chosen)
                for entry in 0..<entryCount { entries[entry].replace(with: trial[entry], where: chosen) }
            }
            repeatSearch(groups, &scale, entries, trial)
        }
        for entry in 0..<entryCount { entries[entry].replace(with: lattice.zero, where: isZero) }
        return (scale.replacing(with: 0, where: isZero), isZero)
    }

    /// The scale that is best for codes of any combination.
    @inline(__always)
    private func latticeScale(_ groups: SignedGroups) -> Lanes {
        withUnsafeTemporaryAllocation(of: Lanes.self, capacity: 32) { codes in
            PositiveSearch(
                count: groups.size, numbers: groups.magnitudes, weights: groups.weights,
                largestCode: Shape.levels + 1
            ).run(codes: codes.baseAddress.unsafelyUnwrapped)
        }
    }

    /// The entries of all groups for their scales.
    @inline(__always)
    private func find(
        _ groups: SignedGroups, inverse: Lanes, scale: Lanes, into entries: UnsafeMutablePointer<SIMD16<UInt32>>
    ) {
        for entry in 0..<groups.size / Shape.codeCount {
            let points = points(groups, entry, inverse: inverse)
            let words = UnsafeMutableRawPointer(entries + entry).assumingMemoryBound(to: UInt32.self)
            for lane in 0..<16 {
                words[lane] = find(groups, entry, lane, point: points[lane], scale: scale[lane])
            }
        }
    }

    /// The points of the lattice that are nearest by themselves.
    @inline(__always)
    private func points(_ groups: SignedGroups, _ entry: Int, inverse: Lanes) -> SIMD16<UInt32> {
        lattice.points { index in
            let scaled = 0.5 * (inverse * groups.magnitudes[entry &* Shape.codeCount &+ index] - 1)
            var codes = scaled
            codes.replace(with: Lanes(repeating: Shape.levels - 1), where: scaled .> Shape.levels - 1)
            // Not a number is code 0, too.
            codes.replace(with: 0, where: .!(scaled .> 0))
            return roundedToEven(codes)
        }
    }

    @inline(__always)
    private func find(_ groups: SignedGroups, _ entry: Int, _ lane: Int, point: UInt32, scale: Float) -> UInt32 {
        let at = 16 &* entry &* Shape.codeCount &+ lane
        return lattice.entry(
            point, values: CodeValues(first: 1, step: 2), scale: scale,
            numbers: UnsafeRawPointer(groups.magnitudes).assumingMemoryBound(to: Float.self) + at,
            weights: UnsafeRawPointer(groups.roots).assumingMemoryBound(to: Float.self) + at)
    }

    /// The weighted sums of magnitude * value and of value * value over each group.
    @inline(__always)
    private func sums(
        _ groups: SignedGroups, _ entries: UnsafeMutablePointer<SIMD16<UInt32>>
    ) -> (products: Lanes, squares: Lanes) {
        let table = CodeTable(2 * Shape.codes + 1)
        var (products, squares) = (Lanes.zero, Lanes.zero)
        for entry in 0..<groups.size / Shape.codeCount {
            for place in 0..<Shape.codeCount {
                let index = entry &* Shape.codeCount &+ place
                let value = table.lookUp3(entries[entry] &>> Shape.shift(place))
                products += groups.products[index] * value
                squares += groups.weights[index] * value * value
            }
        }
        return (products, squares)
    }

    @inline(__always)
    private func repeatSearch(
        _ groups: SignedGroups, _ scale: inout Lanes, _ entries: UnsafeMutablePointer<SIMD16<UInt32>>,
        _ found: UnsafeMutablePointer<SIMD16<UInt32>>
    ) {
        let entryCount = groups.size / Shape.codeCount
        var all = SIMD16<UInt32>(repeating: GridNeighbours.isEntry)
        for entry in 0..<entryCount { all &= entries[entry] }
        var isRepeated = scale .> 0
        if repetition != .ofAll { isRepeated = isRepeated .& (all .== 0) }
        let inverse = 1 / scale
        for entry in 0..<entryCount {
            let points = points(groups, entry, inverse: inverse)
            for lane in 0..<16 where isRepeated[lane] {
                if repetition == .ofNeighbours, entries[entry][lane] & GridNeighbours.isEntry != 0 { continue }
                entries[entry][lane] = find(groups, entry, lane, point: points[lane], scale: scale[lane])
            }
        }
        let (products, squares) = sums(groups, entries)
        scale.replace(with: products / squares, where: isRepeated .& (squares .> 0))
    }
}
