import Foundation

/// Random numbers by SplitMix64 (Steele, Lea and Flood, https://doi.org/10.1145/2660193.2660195): a counter whose
/// values are mixed, so that any of the numbers can be computed without those before it.
package struct SplitMix64: RandomNumberGenerator, Sendable {
    private let seed: UInt64
    private var count: UInt64 = 0

    package init(seed: UInt64) { self.seed = seed }

    package mutating func next() -> UInt64 {
        count &+= 1
        return Self.number(count, seed: seed)
    }

    /// What the `index`th call of `next` returns, counted from 1.
    @inlinable @inline(__always)
    package static func number(_ index: UInt64, seed: UInt64) -> UInt64 {
        var bits = seed &+ index &* 0x9e37_79b9_7f4a_7c15
        bits = (bits ^ bits >> 30) &* 0xbf58_476d_1ce4_e5b9
        bits = (bits ^ bits >> 27) &* 0x94d0_49bb_1331_11eb
        return bits ^ bits >> 31
    }

    /// Two independent Gaussian numbers of variance 1, by the method of Box and Muller.
    package mutating func gaussians() -> (Double, Double) {
        let radius = (-2 * log(uniform())).squareRoot()
        let angle = 2 * Double.pi * uniform()
        return (radius * cos(angle), radius * sin(angle))
    }

    /// Between 0 and 1, and neither.
    private mutating func uniform() -> Double { (Double(next() >> 11) + 0.5) * 0x1p-53 }
}
