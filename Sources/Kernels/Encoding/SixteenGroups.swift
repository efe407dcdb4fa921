/// Sixteen groups of a row's values, one per lane, and how much an error of each value counts.
///
/// Searches run over all groups at once. Each sum still runs over a group's values in order, with every operation
/// rounded, which the reference's bytes require: never `multiplyAdd`, never a sum across lanes.
struct SixteenGroups {
    typealias Lanes = SIMD16<Float>

    /// Values per group, 16 or 32.
    let size: Int
    let values: UnsafeMutablePointer<Lanes>  // [size]
    /// At first the importance, if there is any.
    let weights: UnsafeMutablePointer<Lanes>  // [size]
    let hasImportance: Bool
    /// The groups' values in the row's order.
    private let source: UnsafePointer<Float>  // [16 * size]
    /// Σ x² / n over the row, if the format asks for it.
    private let rowMeanSquare: Float

    /// - Parameters:
    ///   - source: the values, without NaN.
    ///   - memory: for the values and the weights; [2 * size].
    @inline(__always)
    init(
        _ source: UnsafePointer<Float>, importance: UnsafePointer<Float>?, size: Int, rowMeanSquare: Float,
        memory: UnsafeMutablePointer<Lanes>
    ) {
        (self.size, self.source, self.rowMeanSquare) = (size, source, rowMeanSquare)
        (values, weights, hasImportance) = (memory, memory + size, importance != nil)
        for index in 0..<size { values[index] = Self.strided(source + index, by: size) }
        guard let importance else { return }
        for index in 0..<size { weights[index] = Self.strided(importance + index, by: size) }
    }

    @inline(__always)
    private static func strided(_ source: UnsafePointer<Float>, by stride: Int) -> Lanes {
        var lanes = Lanes.zero
        for lane in 0..<16 { lanes[lane] = source[lane &* stride] }
        return lanes
    }

    /// What a value's weight is computed from beside its importance: the mean square of the values around it.
    enum Surroundings {
        case group
        /// So many groups, which are a block.
        case groups(Int)
        case row
    }

    @inline(__always)
    func meanSquare(of surroundings: Surroundings) -> Lanes {
        var sums = Lanes.zero
        switch surroundings {
        case .row: return Lanes(repeating: rowMeanSquare)
        case .group:
            for index in 0..<size { sums += values[index] * values[index] }
            return sums / Float(size)
        case .groups(let count):
            for first in stride(from: 0, to: 16, by: count) {
                let sum = squareSum(source + first &* size, count: count &* size)
                for group in first..<first + count { sums[group] = sum }
            }
            return sums / Float(count &* size)
        }
    }

    /// importance * sqrt(factor * mean square + value²), for each value. An importance of nil counts as one.
    @inline(__always)
    func weigh(by surroundings: Surroundings, factor: Float) {
        let meanSquare = meanSquare(of: surroundings) * factor
        for index in 0..<size {
            let root = squareRoot(meanSquare + values[index] * values[index])
            weights[index] = hasImportance ? weights[index] * root : root
        }
    }

    /// Weighs each value by its square.
    @inline(__always)
    func weighBySquare() {
        for index in 0..<size { weights[index] = values[index] * values[index] }
    }

    /// Weighs the values of blocks of 256 by their importance, or each by its square if there is none.
    @inline(__always)
    func weighByImportanceOrSquare() {
        hasImportance ? weigh(by: .groups(256 / size), factor: 2) : weighBySquare()
    }

    /// The sum of each group's weights.
    @inline(__always)
    var weightSum: Lanes {
        var sum = Lanes.zero
        for index in 0..<size { sum += weights[index] }
        return sum
    }

    /// The value of largest magnitude of each group, the first of several.
    @inline(__always)
    var extreme: Lanes {
        var extreme = Lanes.zero
        for index in 0..<size {
            extreme.replace(with: values[index], where: magnitude(values[index]) .> magnitude(extreme))
        }
        return extreme
    }
}

/// Σ x² in order.
@inline(__always)
func squareSum(_ values: UnsafePointer<Float>, count: Int) -> Float {
    var sum: Float = 0
    for index in 0..<count { sum += values[index] * values[index] }
    return sum
}
