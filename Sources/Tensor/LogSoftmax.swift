import Foundation
package import TensorBase

/// The log probabilities that a row of logits stands for: logit - log(sum of exp(logits)).
///
/// A view: the logits must outlive it.
package struct LogSoftmax {
    package let logits: UnsafeBufferPointer<Float>  // [vocab], at least one
    /// The index of the largest logit.
    package let top: Int
    package let largest: Float
    package let smallest: Float
    /// log(sum of exp(logit - largest)); NaN if a logit is NaN.
    package let logSum: Double

    package init(_ logits: UnsafeBufferPointer<Float>, kernels: any KernelSet.Type = Kernels.current) {
        precondition(!logits.isEmpty, "a vocabulary has tokens")
        let summary = kernels.summarize(logits)
        self.logits = logits
        top = summary.top
        largest = summary.largest
        smallest = summary.smallest
        logSum = log(summary.sum)
    }

    /// Whether no logit is NaN or infinite.
    package var isFinite: Bool { logSum.isFinite && largest.isFinite && smallest.isFinite }

    /// The log probability of `token`.
    package subscript(token: Int) -> Double { Double(logits[token]) - Double(largest) - logSum }
}
