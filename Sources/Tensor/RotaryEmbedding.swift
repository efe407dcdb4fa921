import Foundation
internal import Platform
package import TensorBase

/// Rotary position embedding (https://arxiv.org/abs/2104.09864), NEOX style: rotates the pair (i, i + width/2) of a
/// head by the angle `position * base^(-2i/width) / factor_i`.
///
/// Angles are computed in double precision: at position 100,000 a float is off by a hundredth of a radian. Sines and
/// cosines are costly, and a prompt needs several hundred thousand. So a position is written as 64 * a + b, and its
/// rotation is that by 64 * a, kept for the last places of each a % 64, followed by that by b, from a table.
package final class RotaryEmbedding {
    package let width: Int
    private let frequencies: [Double]  // [width / 2]
    private let cosines: FloatBuffer  // [capacity, width / 2]
    private let sines: FloatBuffer

    private let fine: Rotations  // [64, width / 2]: by b
    private let coarse: Rotations  // [64, width / 2]: row a % 64 by 64 * a, for the places of late
    private var coarsePlaces: [Int]  // [64]: a

    private static let period = 64
    private static let placeCount = 64

    /// - Parameters:
    ///   - factors: `[width / 2]`; nil for all ones.
    ///   - capacity: rows that one `prepare` may ask for.
    /// - Throws: `TensorError.outOfMemory`.
    package init(width: Int, base: Double, factors: FloatBuffer?, capacity: Int) throws(TensorError) {
        self.width = width
        frequencies = (0..<width / 2).map { pair in
            pow(base, -2 * Double(pair) / Double(width)) / Double(factors?[pair] ?? 1)
        }
        cosines = try FloatBuffer(count: capacity, width / 2)
        sines = try FloatBuffer(count: capacity, width / 2)
        fine = try Rotations(rows: Self.period, frequencies)
        coarse = try Rotations(rows: Self.placeCount, frequencies, step: Self.period)
        coarsePlaces = Array(0..<Self.placeCount)
    }

    /// Computes the angles of `count` consecutive positions, for rows from `row` on.
    package func prepare(first position: Int, count: Int, row firstRow: Int = 0) {
        let half = width / 2
        for row in 0..<count {
            let (place, offset) = (position + row).quotientAndRemainder(dividingBy: Self.period)
            let entry = place % Self.placeCount
            if coarsePlaces[entry] != place {
                coarse.set(row: entry, position: place * Self.period, frequencies)
                coarsePlaces[entry] = place
            }
            let (cosine, sine) = (cosines.base + (firstRow + row) * half, sines.base + (firstRow + row) * half)
            let (c, s) = (coarse.cosines + entry * half, coarse.sines + entry * half)
            let (d, t) = (fine.cosines + offset * half, fine.sines + offset * half)
            for pair in 0..<half {
                cosine[pair] = Float(c[pair] * d[pair] - s[pair] * t[pair])
                sine[pair] = Float(s[pair] * d[pair] + c[pair] * t[pair])
            }
        }
    }

    /// The cosines and sines prepared for row `row`, `[width / 2]` each.
    fileprivate func angles(_ row: Int) -> (cosines: UnsafePointer<Float>, sines: UnsafePointer<Float>) {
        let start = row * (width / 2)
        return (UnsafePointer(cosines.base + start), UnsafePointer(sines.base + start))
    }
}

/// Cosines and sines of the angles of some positions.
private final class Rotations {
    let cosines: UnsafeMutablePointer<Double>  // [rows, width / 2]
    let sines: UnsafeMutablePointer<Double>
    private let memory: AlignedMemory

    /// The angles of `rows` positions from 0 on, `step` apart.
    init(rows: Int, _ frequencies: [Double], step: Int = 1) throws(TensorError) {
        let count = rows * frequencies.count
        memory = try .checked([2, count, MemoryLayout<Double>.stride])
        cosines = memory.base.bindMemory(to: Double.self, capacity: 2 * count)
        sines = cosines + count
        for row in 0..<rows { set(row: row, position: row * step, frequencies) }
    }

    func set(row: Int, position: Int, _ frequencies: [Double]) {
        for (pair, frequency) in frequencies.enumerated() {
            let angle = Double(position) * frequency
            cosines[row * frequencies.count + pair] = cos(angle)
            sines[row * frequencies.count + pair] = sin(angle)
        }
    }
}

extension Compute {
    /// Rotates every head of `heads` `[tokens, count * width]` by the angles prepared for rows `firstRow...`.
    package func rotate(_ heads: Rows, by rotary: RotaryEmbedding, firstRow: Int = 0) {
        let job = RotationJob(kernels: kernels, heads: heads, rotary: rotary, firstRow: firstRow)
        pool.run(job, count: (heads.count + RotationJob.pieceRows - 1) / RotationJob.pieceRows)
    }
}

private struct RotationJob: ParallelJob {
    let kernels: any KernelSet.Type
    let heads: Rows
    let rotary: RotaryEmbedding
    let firstRow: Int

    /// As many rows as take longer than waking a thread.
    static let pieceRows = 16

    func run(_ index: Int, thread: Int) {
        for row in index * Self.pieceRows..<min((index + 1) * Self.pieceRows, heads.count) {
            let angles = rotary.angles(firstRow + row)
            kernels.rotate(
                heads[row], heads: heads.width / rotary.width, width: rotary.width, cosines: angles.cosines,
                sines: angles.sines)
        }
    }
}
