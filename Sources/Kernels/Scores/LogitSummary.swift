internal import TensorBase

extension LogitSummary {
    /// Floats that are summed in single precision before the sum goes on in double: 64 additions per lane.
    private static var blockLength: Int { 1024 }

    /// - Parameter logits: at least one.
    init(of logits: UnsafeBufferPointer<Float>) {
        let base = logits.baseAddress!
        let top = indexOfLargest(logits)
        let largest = base[top]
        var smallest = SIMD16<Float>(repeating: largest)
        var total = 0.0
        var index = 0
        while index &+ 16 <= logits.count {
            var sums = SIMD16<Float>.zero
            let end = min(index &+ Self.blockLength, logits.count)
            while index &+ 16 <= end {
                let vector = loadVector(base, index, count: end)
                smallest.replace(with: vector, where: vector .< smallest)
                sums += exponential(vector - largest)
                index &+= 16
            }
            total += Double(laneSum(of: sums))
        }
        var rest = SIMD16<Float>(repeating: largest - 100)  // negligible next to the largest's 1
        for lane in 0..<logits.count &- index {
            rest[lane] = base[index &+ lane]
            smallest[0] = min(smallest[0], rest[lane])
        }
        total += Double(laneSum(of: exponential(rest - largest)))
        self.init(top: top, largest: largest, smallest: -largestLane(of: -smallest), sum: total)
    }
}
