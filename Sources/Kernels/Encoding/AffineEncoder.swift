/// The encoder of Q2_K, Q4_K and Q5_K: finds each group's scale and minimum, then codes these themselves, then rounds
/// the values by what is stored.
struct AffineEncoder {
    typealias Lanes = SIMD16<Float>

    let groups: SixteenGroups
    let groupsPerBlock: Int
    let largestCode: Float
    /// The largest code of a scale or a minimum.
    let largestScaleCode: Float

    /// What is stored of a block beside the codes.
    struct Header {
        let scale: Float
        let minimumScale: Float
    }

    /// - Parameters:
    ///   - steps: what is tried without an importance matrix.
    ///   - header: takes a block's index, its two scales and the codes of all groups' scales and minima; stores the
    ///     scales as halves and returns what they became.
    ///   - store: takes an index and the codes that the sixteen groups have there.
    @inline(__always)
    func encode(
        steps: AffineSearch.Steps, sumsMagnitudes: Bool, blockCount: Int,
        header: (Int, Header, SIMD16<UInt8>, SIMD16<UInt8>) -> Header, _ store: (Int, SIMD16<UInt8>) -> Void
    ) {
        let isWeighted = groups.hasImportance
        let search = AffineSearch(
            groups, largestCode: largestCode, steps: isWeighted ? .weighted : steps,
            sumsMagnitudes: sumsMagnitudes && !isWeighted)
        let found = search.run()
        let scales = AffineScales(
            scale: found.scale, minimum: Lanes.zero - found.minimum, groupsPerBlock: groupsPerBlock,
            largestCode: largestScaleCode, weights: isWeighted ? groups.weightSum : nil)
        let (scaleCodes, minimumCodes) = (coded(scales.scales), coded(scales.minima))

        var (step, minimum) = (Lanes.zero, Lanes.zero)
        for block in 0..<blockCount {
            let first = block &* groupsPerBlock
            let stored = header(
                block, Header(scale: scales.scaleUnit[first], minimumScale: scales.minimumUnit[first]), scaleCodes,
                minimumCodes)
            for group in first..<first + groupsPerBlock {
                step[group] = stored.scale * scales.scales[group]
                minimum[group] = stored.minimumScale * scales.minima[group]
            }
        }
        for index in 0..<groups.size {
            // A group whose scale became zero keeps the codes of the search, as in the reference.
            let rounded = search.codes((groups.values[index] + minimum) / step)
            store(index, coded(rounded.replacing(with: search.codes(found, at: index), where: step .== 0)))
        }
    }

    /// Weighs values by their distance from zero; for Q4_K and Q5_K together with their group's mean.
    @inline(__always)
    static func weigh(_ groups: SixteenGroups, factor: Float, groupsPerBlock: Int, addsMean: Bool) {
        if groups.hasImportance { return groups.weigh(by: .groups(groupsPerBlock), factor: factor) }
        let mean = addsMean ? squareRoot(groups.meanSquare(of: .group)) : .zero
        for index in 0..<groups.size { groups.weights[index] = mean + magnitude(groups.values[index]) }
    }
}
