/// The scales and minima of the groups of a K-quant's blocks as codes, each kind with a scale of its own per block.
struct AffineScales {
    typealias Lanes = SIMD16<Float>

    /// Codes of the sixteen groups, as floats.
    private(set) var scales = Lanes.zero
    private(set) var minima = Lanes.zero
    /// What a block's codes are multiplied by, in single precision; in the lanes of its groups.
    private(set) var scaleUnit = Lanes.zero
    private(set) var minimumUnit = Lanes.zero

    /// - Parameters:
    ///   - scale: of sixteen groups; the groups of a block are neighbours.
    ///   - minimum: how far below zero code 0 is.
    ///   - groupsPerBlock: 8 or 16.
    ///   - weights: the groups' sums of weights, which a better search needs; nil rounds to the largest.
    @inline(__always)
    init(scale: Lanes, minimum: Lanes, groupsPerBlock: Int, largestCode: Float, weights: Lanes?) {
        guard let weights else {
            for first in stride(from: 0, to: 16, by: groupsPerBlock) {
                let groups = first..<first + groupsPerBlock
                Self.round(scale, groups, largestCode, codes: &scales, unit: &scaleUnit)
                Self.round(minimum, groups, largestCode, codes: &minima, unit: &minimumUnit)
            }
            scales = roundedToEven(scales)
            minima = roundedToEven(minima)
            return
        }
        search(scale, minimum, weights, groupsPerBlock, largestCode)
    }

    @inline(__always)
    private static func round(
        _ values: Lanes, _ groups: Range<Int>, _ largestCode: Float, codes: inout Lanes, unit: inout Lanes
    ) {
        var largest: Float = 0
        for group in groups where values[group] > largest { largest = values[group] }
        let inverse = largest > 0 ? largestCode / largest : 0
        for group in groups {
            codes[group] = min(max(values[group] * inverse, 0), largestCode)
            unit[group] = largest / largestCode
        }
    }

    /// Lane 2b of the search is block b's scales, lane 2b + 1 its minima.
    @inline(__always)
    private mutating func search(
        _ scale: Lanes, _ minimum: Lanes, _ weights: Lanes, _ groupsPerBlock: Int, _ largestCode: Float
    ) {
        withUnsafeTemporaryAllocation(of: Lanes.self, capacity: 48) { memory in
            guard let numbers = memory.baseAddress else { return }
            let (numberWeights, codes) = (numbers + 16, numbers + 32)
            for index in 0..<groupsPerBlock {
                var (number, weight) = (Lanes.zero, Lanes.zero)
                for block in 0..<16 / groupsPerBlock {
                    let group = block &* groupsPerBlock &+ index
                    (number[2 &* block], number[2 &* block &+ 1]) = (scale[group], minimum[group])
                    (weight[2 &* block], weight[2 &* block &+ 1]) = (weights[group], weights[group])
                }
                (numbers[index], numberWeights[index]) = (number, weight)
            }
            let units = PositiveSearch(
                count: groupsPerBlock, numbers: numbers, weights: numberWeights, largestCode: largestCode
            ).run(codes: codes)
            for index in 0..<groupsPerBlock {
                for block in 0..<16 / groupsPerBlock {
                    let group = block &* groupsPerBlock &+ index
                    (scales[group], minima[group]) = (codes[index][2 &* block], codes[index][2 &* block &+ 1])
                    (scaleUnit[group], minimumUnit[group]) = (units[2 &* block], units[2 &* block &+ 1])
                }
            }
        }
    }
}
