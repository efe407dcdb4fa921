/// Sixteen groups whose values are magnitudes and signs. Sign bit j of eight values is set where value j is negative.
///
/// Where signs have seven bits, the number of negative values is even: if it is odd, the least important value gets the
/// other sign, and a negative magnitude.
struct SignedGroups {
    typealias Lanes = SIMD16<Float>

    let size: Int
    let weights: UnsafeMutablePointer<Lanes>  // [size]
    let magnitudes: UnsafeMutablePointer<Lanes>  // [size]
    /// Square roots of the weights.
    let roots: UnsafeMutablePointer<Lanes>  // [size]
    /// Weights times magnitudes.
    let products: UnsafeMutablePointer<Lanes>  // [size]
    let signs: UnsafeMutablePointer<SIMD16<UInt32>>  // [size / 8]

    /// Vectors of memory for groups of `size`.
    @inline(__always)
    static func memoryCount(size: Int) -> Int { 3 &* size &+ size / 8 }

    @inline(__always)
    init(_ groups: SixteenGroups, areSignsEven: Bool, memory: UnsafeMutablePointer<Lanes>) {
        size = groups.size
        weights = groups.weights
        magnitudes = memory
        roots = memory + size
        products = memory + 2 &* size
        signs = UnsafeMutableRawPointer(memory + 3 &* size).assumingMemoryBound(to: SIMD16<UInt32>.self)
        for eight in 0..<size / 8 {
            signs[eight] = .zero
            let first = eight &* 8
            for index in 0..<8 {
                let value = groups.values[first &+ index]
                magnitudes[first &+ index] = magnitude(value)
                signs[eight] |= SIMD16<UInt32>.zero.replacing(with: 1 &<< UInt32(index), where: value .< 0)
            }
            if areSignsEven { makeEven(eight) }
        }
        for index in 0..<size {
            roots[index] = squareRoot(weights[index])
            products[index] = weights[index] * magnitudes[index]
        }
    }

    @inline(__always)
    private func makeEven(_ eight: Int) {
        let first = eight &* 8
        var parity = signs[eight] ^ (signs[eight] &>> 4)
        parity ^= parity &>> 2
        let isOdd = ((parity ^ (parity &>> 1)) & 1) .== 1
        func importance(_ index: Int) -> Lanes {
            weights[first &+ index] * magnitudes[first &+ index] * magnitudes[first &+ index]
        }
        var least = importance(0)
        var place = SIMD16<UInt32>.zero
        for index in 1..<8 {
            let importance = importance(index)
            let isLess = importance .< least
            least.replace(with: importance, where: isLess)
            place.replace(with: UInt32(index), where: isLess)
        }
        for index in 0..<8 {
            let isFlipped = isOdd .& (place .== UInt32(index))
            magnitudes[first &+ index].replace(with: Lanes.zero - magnitudes[first &+ index], where: isFlipped)
            signs[eight] ^= SIMD16<UInt32>.zero.replacing(with: 1 &<< UInt32(index), where: isFlipped)
        }
        signs[eight] &= 127
    }

    /// The largest magnitude of each group.
    @inline(__always)
    var largest: Lanes {
        var largest = magnitudes[0]
        for index in 1..<size { largest.replace(with: magnitudes[index], where: magnitudes[index] .> largest) }
        return largest
    }

    /// Negates the values of some groups.
    @inline(__always)
    func flip(where isFlipped: SIMDMask<SIMD16<Int32>>, areSignsEven: Bool) {
        let bits = SIMD16<UInt32>.zero.replacing(with: areSignsEven ? 127 : 255, where: isFlipped)
        for eight in 0..<size / 8 { signs[eight] ^= bits }
    }
}
