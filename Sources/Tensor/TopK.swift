package import TensorBase

/// Selects the largest of many values, in falling order; equal values in the order of their indices.
///
/// Its memory is allocated once.
package struct TopK {
    package private(set) var indices: [Int32] = []
    package private(set) var values: [Float] = []
    private let capacity: Int
    private let kernels: any KernelSet.Type

    package init(capacity: Int, kernels: any KernelSet.Type = Kernels.current) {
        self.capacity = max(0, capacity)
        self.kernels = kernels
        indices.reserveCapacity(self.capacity)
        values.reserveCapacity(self.capacity)
    }

    package var count: Int { indices.count }

    /// The `capacity` largest of `candidates`; NaN is never chosen.
    package mutating func select(from candidates: UnsafeBufferPointer<Float>) {
        grow()
        let count = values.withUnsafeMutableBufferPointer { values in
            indices.withUnsafeMutableBufferPointer { indices in
                guard let values = values.baseAddress, let indices = indices.baseAddress else { return 0 }
                return kernels.selectLargest(of: candidates, capacity: capacity, values: values, indices: indices)
            }
        }
        values.removeLast(capacity - count)
        indices.removeLast(capacity - count)
    }

    /// Grows both lists to their largest size.
    private mutating func grow() {
        values.append(contentsOf: repeatElement(0, count: capacity - values.count))
        indices.append(contentsOf: repeatElement(0, count: capacity - indices.count))
    }
}
