/// The largest of many values, kept in falling order; equal values in the order of their indices.
///
/// A selection is O(n), in vectors, plus O(k) for each value that enters, about k ln(n/k) of them in random order.
struct Selection {
    let capacity: Int
    let values: UnsafeMutablePointer<Float>  // [capacity]
    let indices: UnsafeMutablePointer<Int32>  // [capacity]
    private(set) var count = 0

    init(capacity: Int, values: UnsafeMutablePointer<Float>, indices: UnsafeMutablePointer<Int32>) {
        self.capacity = capacity
        self.values = values
        self.indices = indices
    }

    /// Takes the `capacity` largest of `candidates`; NaN is never chosen.
    mutating func select(from candidates: UnsafeBufferPointer<Float>) {
        guard capacity > 0, let base = candidates.baseAddress else { return }
        var index = 0
        while index < candidates.count, count < capacity {
            if !base[index].isNaN { insert(base[index], Int32(truncatingIfNeeded: index)) }
            index &+= 1
        }
        guard count == capacity else { return }
        while index &+ scanBlockLength <= candidates.count {
            if largestOfBlock(base + index) > values[capacity &- 1] {
                for part in stride(from: index, to: index &+ scanBlockLength, by: 16)
                where largest(of: loadVector(base, part, count: candidates.count)) > values[capacity &- 1] {
                    take(base, part..<part &+ 16)
                }
            }
            index &+= scanBlockLength
        }
        take(base, index..<candidates.count)
    }

    /// Replaces the smallest of a full list by each value in `range` that is larger.
    private mutating func take(_ base: UnsafePointer<Float>, _ range: Range<Int>) {
        for index in range where base[index] > values[capacity &- 1] {
            insert(base[index], Int32(truncatingIfNeeded: index))
        }
    }

    /// Inserts `value` after its equals; a full list loses its smallest.
    private mutating func insert(_ value: Float, _ index: Int32) {
        if count < capacity { count &+= 1 }
        var place = count &- 1
        while place > 0, values[place &- 1] < value {
            values[place] = values[place &- 1]
            indices[place] = indices[place &- 1]
            place &-= 1
        }
        values[place] = value
        indices[place] = index
    }
}
