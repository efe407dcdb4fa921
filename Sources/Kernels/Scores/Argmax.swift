// Scans over all scores of a vocabulary. Each reads memory once, in vectors, and looks for the exact index only in
// blocks that hold a candidate.

/// Floats that are reduced together. Finding the largest value of a block takes one comparison across lanes, whose cost
/// is negligible for this many floats. A block is also small enough to be searched again.
var scanBlockLength: Int { 256 }

/// The index of the largest value, the lowest of several; 0 for no values.
///
/// A NaN is never larger than anything, and nothing is larger than a NaN at index 0, which therefore stays.
func indexOfLargest(_ values: UnsafeBufferPointer<Float>) -> Int {
    guard let base = values.baseAddress, values.count > 0 else { return 0 }
    var best = 0
    var index = 0
    while index &+ scanBlockLength <= values.count {
        if largestOfBlock(base + index) > base[best] {
            best = firstLargest(base, index..<index &+ scanBlockLength, best)
        }
        index &+= scanBlockLength
    }
    return firstLargest(base, index..<values.count, best)
}

/// The largest of `scanBlockLength` floats; NaN is ignored.
@inline(__always)
func largestOfBlock(_ block: UnsafePointer<Float>) -> Float {
    let raw = UnsafeRawPointer(block)
    var largest = SIMD16<Float>(repeating: -.infinity)
    for vector in 0..<scanBlockLength / 16 {
        let values = raw.loadUnaligned(fromByteOffset: vector &* 64, as: SIMD16<Float>.self)
        largest.replace(with: values, where: values .> largest)
    }
    return largestLane(of: largest)
}

/// The largest of 16 floats; NaN is ignored.
@inline(__always)
func largest(of vector: SIMD16<Float>) -> Float {
    largestLane(of: vector.replacing(with: -.infinity, where: vector .!= vector))
}

/// `best`, or the index in `range` of the first of the largest values there, if that value is larger.
private func firstLargest(_ base: UnsafePointer<Float>, _ range: Range<Int>, _ best: Int) -> Int {
    var best = best
    for index in range where base[index] > base[best] { best = index }
    return best
}

/// The probability of the most probable token: 1 / sum of exp(x - largest). NaN if any logit is NaN; 0 if there are no
/// logits.
func probabilityOfLargest(_ logits: UnsafeBufferPointer<Float>) -> Float {
    guard let base = logits.baseAddress, logits.count > 0 else { return 0 }
    let largest = base[indexOfLargest(logits)]
    var sums = SIMD16<Float>.zero
    var index = 0
    while index &+ 16 <= logits.count {
        sums += exponential(loadVector(base, index, count: logits.count) - largest)
        index &+= 16
    }
    var total = laneSum(of: sums)
    if index < logits.count {
        let last = exponential(loadVector(base, index, count: logits.count) - largest)
        for lane in 0..<logits.count - index { total += last[lane] }
    }
    return 1 / total
}
