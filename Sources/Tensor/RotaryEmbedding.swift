import Foundation

/// Rotary position embedding (https://arxiv.org/abs/2104.09864), NEOX style: rotates the pair (i, i + width/2) of a head
/// by the angle `position * base^(-2i/width) / factor_i`.
package struct RotaryEmbedding {
    package let width: Int
    private let frequencies: [Double]  // [width / 2]
    private let cosines: FloatBuffer  // [capacity, width / 2]
    private let sines: FloatBuffer

    /// - Parameters:
    ///   - factors: `[width / 2]`; nil for all ones.
    ///   - capacity: rows that one `prepare` may ask for.
    package init(width: Int, base: Double, factors: FloatBuffer?, capacity: Int) {
        self.width = width
        frequencies = (0..<width / 2).map { pair in
            pow(base, -2 * Double(pair) / Double(width)) / Double(factors?[pair] ?? 1)
        }
        cosines = FloatBuffer(count: capacity * (width / 2))
        sines = FloatBuffer(count: capacity * (width / 2))
    }

    /// Computes the angles of `count` consecutive positions, in double precision: at position 100,000 a float is off by
    /// a hundredth of a radian.
    package func prepare(first position: Int, count: Int) {
        for row in 0..<count {
            for (pair, frequency) in frequencies.enumerated() {
                let angle = Double(position + row) * frequency
                cosines.base[row * frequencies.count + pair] = Float(cos(angle))
                sines.base[row * frequencies.count + pair] = Float(sin(angle))
            }
        }
    }

    /// Rotates every head of `heads` `[tokens, count * width]` by the angles prepared for rows `firstRow...`.
    package func rotate(_ heads: Rows, firstRow: Int = 0) {
        let half = width / 2
        for token in 0..<heads.count {
            let cosine = cosines.base + (firstRow + token) * half
            let sine = sines.base + (firstRow + token) * half
            for head in stride(from: 0, to: heads.width, by: width) {
                let low = heads[token] + head
                let high = low + half
                for pair in 0..<half {
                    let (a, b) = (low[pair], high[pair])
                    low[pair] = a * cosine[pair] - b * sine[pair]
                    high[pair] = b * cosine[pair] + a * sine[pair]
                }
            }
        }
    }
}
