/// Selects the largest of many values, in falling order; equal values in the order of their indices.
///
/// Its memory is allocated once. A selection is O(n) plus O(k) for each value that enters, about k ln(n/k) of them in
/// random order.
package struct TopK {
    package private(set) var indices: [Int32] = []
    package private(set) var values: [Float] = []
    private let capacity: Int

    package init(capacity: Int) {
        self.capacity = max(0, capacity)
        indices.reserveCapacity(self.capacity + 1)
        values.reserveCapacity(self.capacity + 1)
    }

    package var count: Int { indices.count }

    /// The `capacity` largest of `candidates`; NaN is never chosen.
    package mutating func select(from candidates: UnsafeBufferPointer<Float>) {
        indices.removeAll(keepingCapacity: true)
        values.removeAll(keepingCapacity: true)
        guard capacity > 0 else { return }
        var threshold = -Float.infinity
        for index in 0..<candidates.count {
            let value = candidates[index]
            guard value > threshold || (count < capacity && !value.isNaN) else { continue }
            insert(value, Int32(index))
            if count == capacity { threshold = values[capacity - 1] }
        }
    }

    private mutating func insert(_ value: Float, _ index: Int32) {
        if count == capacity {
            values.removeLast()
            indices.removeLast()
        }
        var place = count
        while place > 0, values[place - 1] < value { place -= 1 }
        values.insert(value, at: place)
        indices.insert(index, at: place)
    }
}

/// The index of the largest value, the lowest of several; 0 for no values.
package func argmax(_ values: UnsafeBufferPointer<Float>) -> Int {
    var best = 0
    for index in values.indices where values[index] > values[best] { best = index }
    return best
}
