package import TensorBase

/// Sees what weights are multiplied by, for statistics.
package protocol ProductObserver: AnyObject {
    /// Called on the thread that computes, before each product and while no other is under way, so that the pool is
    /// free.
    /// - Parameters:
    ///   - input: `[tokens, columns]`, valid during the call.
    ///   - weights: a tensor of the file, or some rows of one: its `base` lies in the tensor's bytes.
    func willMultiply(_ input: Rows, by weights: Matrix)
}
