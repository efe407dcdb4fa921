/// A priority queue that returns its smallest element first: a binary heap.
struct MinHeap {
    /// A heap: `elements[i]` is at most `elements[2 * i + 1]` and `elements[2 * i + 2]`.
    private var elements: [UInt64] = []

    /// Removes all elements but keeps the memory.
    mutating func removeAll() { elements.removeAll(keepingCapacity: true) }

    /// Adds an element without ordering. Call `restoreOrder` before the next `push` or `pop`.
    mutating func append(_ element: UInt64) { elements.append(element) }

    /// Restores the heap after `append`. Takes linear time.
    mutating func restoreOrder() {
        for index in stride(from: elements.count / 2 - 1, through: 0, by: -1) { siftDown(from: index) }
    }

    /// Adds an element. Takes logarithmic time.
    mutating func push(_ element: UInt64) {
        elements.append(element)
        var hole = elements.count - 1
        while hole > 0 {
            let parent = (hole - 1) / 2
            guard element < elements[parent] else { break }
            elements[hole] = elements[parent]
            hole = parent
        }
        elements[hole] = element
    }

    /// Removes the smallest element; nil if the heap is empty. Takes logarithmic time.
    mutating func pop() -> UInt64? {
        guard let smallest = elements.first, let last = elements.popLast() else { return nil }
        if !elements.isEmpty {
            elements[0] = last
            siftDown(from: 0)
        }
        return smallest
    }

    private mutating func siftDown(from start: Int) {
        let element = elements[start]
        var hole = start
        while true {
            var child = 2 * hole + 1
            guard child < elements.count else { break }
            if child + 1 < elements.count, elements[child + 1] < elements[child] { child += 1 }
            guard elements[child] < element else { break }
            elements[hole] = elements[child]
            hole = child
        }
        elements[hole] = element
    }
}
