import Foundation
internal import TensorBase

/// The rotation of TurboQuant's blocks of 256: each half of 128 values is multiplied by a fixed orthogonal matrix Q.
///
/// See `OrthogonalBasis` for Q.
package enum OrthogonalRotation {
    /// Values that are rotated together.
    package static var width: Int { 128 }

    /// `output` = Q `input` for each of `count` adjacent vectors of 128 values.
    /// - Parameter output: must not overlap `input`.
    package static func rotate(
        _ input: UnsafePointer<Float>, count: Int = 1, into output: UnsafeMutablePointer<Float>
    ) {
        multiply(OrthogonalBasis.columns, input, count: count, into: output)
    }

    /// `output` = Qᵀ `input`, the inverse of `rotate`.
    package static func rotateBack(
        _ input: UnsafePointer<Float>, count: Int = 1, into output: UnsafeMutablePointer<Float>
    ) {
        multiply(OrthogonalBasis.rows, input, count: count, into: output)
    }

    /// For each of `count` rows of 128 factors the sum of the 128 `columns` times its factors.
    ///
    /// Two rows at a time, because the columns, 64 KB, come from the second-level cache. An odd last row is computed
    /// twice.
    @inline(__always)
    private static func multiply(
        _ columns: UnsafePointer<Float>, _ factors: UnsafePointer<Float>, count: Int,
        into sums: UnsafeMutablePointer<Float>
    ) {
        for row in stride(from: 0, to: count, by: 2) {
            let (first, second) = (row &* width, min(row &+ 1, count &- 1) &* width)
            for start in stride(from: 0, to: width, by: 2 * Group.count) {
                var (a, b) = (Group(.zero, .zero), Group(.zero, .zero))
                var (c, d) = (a, b)
                for index in 0..<width {
                    let column = columns + (index &* width &+ start)
                    let (low, high) = (Group(column), Group(column + Group.count))
                    let x = SIMD16<Float>(repeating: factors[first &+ index])
                    let y = SIMD16<Float>(repeating: factors[second &+ index])
                    a.add(low, times: x)
                    b.add(high, times: x)
                    c.add(low, times: y)
                    d.add(high, times: y)
                }
                a.store(to: sums + (first &+ start))
                b.store(to: sums + (first &+ start &+ Group.count))
                c.store(to: sums + (second &+ start))
                d.store(to: sums + (second &+ start &+ Group.count))
            }
        }
    }
}

extension Group {
    @inline(__always)
    fileprivate mutating func add(_ other: Group, times factor: SIMD16<Float>) {
        low = multiplyAdd(low, other.low, factor)
        high = multiplyAdd(high, other.high, factor)
    }
}

// MARK: - Blocks

extension OrthogonalRotation {
    private static var blockSize: Int { 2 * width }

    /// Rotates 256 values, whose norm becomes 16.
    /// - Parameter body: takes 16 rotated values and the index of the first.
    /// - Returns: the norm of `values`.
    @inline(__always)
    static func rotateBlock(_ values: UnsafePointer<Float>, _ body: (Int, SIMD16<Float>) -> Void) -> Float {
        withUnsafeTemporaryAllocation(of: Float.self, capacity: 2 * blockSize) { memory in
            guard let unit = memory.baseAddress else { return 0 }
            var squares: Float = 0
            for index in 0..<blockSize { squares += values[index] * values[index] }
            let norm = max(squares.squareRoot(), 1e-10)
            for index in 0..<blockSize { unit[index] = values[index] / norm }
            let rotated = unit + blockSize
            rotate(unit, count: 2, into: rotated)
            for index in stride(from: 0, to: blockSize, by: 16) {
                body(index, UnsafeRawPointer(rotated + index).loadUnaligned(as: SIMD16<Float>.self) * 16)
            }
            return norm
        }
    }

    /// Rotates 256 values back in place and multiplies them by `norm`.
    static func rotateBlockBack(_ values: UnsafeMutablePointer<Float>, norm: Float) {
        withUnsafeTemporaryAllocation(of: Float.self, capacity: blockSize) { memory in
            guard let rotated = memory.baseAddress else { return }
            rotated.update(from: values, count: blockSize)
            rotateBack(rotated, count: 2, into: values)
            for index in 0..<blockSize { values[index] *= norm }
        }
    }
}
