internal import TensorBase

/// The index of the largest value, the lowest of several; 0 for no values.
///
/// A NaN is never larger than anything, and nothing is larger than a NaN at index 0, which therefore stays.
package func argmax(_ values: UnsafeBufferPointer<Float>) -> Int { Kernels.current.argmax(values) }

/// The probability of the most probable token: 1 / sum of exp(x - largest). NaN if any logit is NaN; 0 if there are no
/// logits.
package func largestProbability(ofLogits logits: UnsafeBufferPointer<Float>) -> Float {
    Kernels.current.largestProbability(logits)
}
