/// Selects the largest of many values, in falling order; equal values in the order of their indices.
///
/// Its memory is allocated once. A selection is O(n), in vectors, plus O(k) for each value that enters, about k ln(n/k) of
/// them in random order.
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
        guard capacity > 0, let base = candidates.baseAddress else { return }
        var index = 0
        while index < candidates.count, count < capacity {
            if !base[index].isNaN { insert(base[index], Int32(index)) }
            index += 1
        }
        guard count == capacity else { return }
        while index &+ scanBlockLength <= candidates.count {
            if largestOfBlock(base + index) > values[capacity - 1] {
                for part in stride(from: index, to: index &+ scanBlockLength, by: 16)
                where largest(of: loadVector(base, part, count: candidates.count)) > values[capacity - 1] {
                    take(base, part..<part &+ 16)
                }
            }
            index &+= scanBlockLength
        }
        take(base, index..<candidates.count)
    }

    /// Replaces the smallest of a full list by each value in `range` that is larger.
    private mutating func take(_ base: UnsafePointer<Float>, _ range: Range<Int>) {
        for index in range where base[index] > values[capacity - 1] { insert(base[index], Int32(index)) }
    }

    /// Sorts `value` in, behind its equals; a full list loses its smallest.
    private mutating func insert(_ value: Float, _ index: Int32) {
        if count < capacity {
            values.append(value)
            indices.append(index)
        }
        values.withUnsafeMutableBufferPointer { values in
            indices.withUnsafeMutableBufferPointer { indices in
                var place = values.count - 1
                while place > 0, values[place - 1] < value {
                    values[place] = values[place - 1]
                    indices[place] = indices[place - 1]
                    place -= 1
                }
                values[place] = value
                indices[place] = index
            }
        }
    }
}
