import Foundation

/// The log probabilities that a row of logits stands for: logit - log(sum of exp(logits)).
///
/// A view: the logits must outlive it.
package struct LogSoftmax {
    package let logits: UnsafeBufferPointer<Float>  // [vocab], at least one
    /// The index of the largest logit.
    package let top: Int
    let largest: Float
    let smallest: Float
    /// log(sum of exp(logit - largest)); not a number where a logit is none.
    let logSum: Double

    /// Floats that are summed in single precision before the sum goes on in double: 64 additions to a lane.
    private static let blockLength = 1024

    package init(_ logits: UnsafeBufferPointer<Float>) {
        precondition(!logits.isEmpty, "a vocabulary has tokens")
        let base = logits.baseAddress!
        let top = argmax(logits)
        let largest = logits[top]
        var smallest = SIMD16<Float>(repeating: largest)
        var sum = 0.0
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
            sum += Double(sums.sum())
        }
        var rest = SIMD16<Float>(repeating: largest - 100)  // nothing beside the largest's 1
        for lane in 0..<logits.count - index {
            rest[lane] = logits[index + lane]
            smallest[0] = min(smallest[0], rest[lane])
        }
        sum += Double(exponential(rest - largest).sum())
        self.logits = logits
        self.top = top
        self.largest = largest
        self.smallest = smallest.min()
        logSum = log(sum)
    }

    /// Whether the logits are numbers.
    package var isFinite: Bool { logSum.isFinite && largest.isFinite && smallest.isFinite }

    /// The log probability of `token`.
    package subscript(token: Int) -> Double { Double(logits[token]) - Double(largest) - logSum }
}
