/// Floats on the heap, 64-byte aligned, zero at first, freed with the last reference.
package final class FloatBuffer: @unchecked Sendable {
    package let base: UnsafeMutablePointer<Float>
    package let count: Int

    private let memory: AlignedMemory

    /// - Parameter lengths: of the dimensions; their product may be more than an `Int` can hold.
    /// - Throws: `TensorError.outOfMemory`.
    package init(count lengths: Int...) throws(TensorError) {
        memory = try AlignedMemory(lengths + [MemoryLayout<Float>.stride])
        count = memory.byteCount / MemoryLayout<Float>.stride
        base = memory.base.bindMemory(to: Float.self, capacity: count)
    }

    /// For sizes that stand in the code: none that a file, a flag or a text has a say in. Ends the process where memory has
    /// run out, as Swift's arrays do.
    package convenience init(constantCount count: Int) {
        do {
            try self.init(count: count)
        } catch {
            fatalError("\(error)")
        }
    }

    /// - Throws: `TensorError.outOfMemory`.
    package convenience init(_ values: [Float]) throws(TensorError) {
        try self.init(count: values.count)
        for (index, value) in values.enumerated() { base[index] = value }
    }

    /// The float at `index`. Read through the buffer itself, which so stays alive until it is read.
    package subscript(index: Int) -> Float { base[index] }

    /// The buffer as rows of `width`, as many as fit.
    package func rows(width: Int) -> Rows { Rows(base: base, count: width == 0 ? 0 : count / width, width: width) }
}

/// A view of `count` rows of `width` floats, row-major and without gaps. It owns nothing.
package struct Rows {
    package let base: UnsafeMutablePointer<Float>
    package let count: Int
    package let width: Int

    package init(base: UnsafeMutablePointer<Float>, count: Int, width: Int) {
        self.base = base
        self.count = count
        self.width = width
    }

    /// The first float of row `index`.
    package subscript(index: Int) -> UnsafeMutablePointer<Float> { base + index * width }

    /// The rows of `range`.
    package subscript(range: Range<Int>) -> Rows {
        Rows(base: base + range.lowerBound * width, count: range.count, width: width)
    }

    package func prefix(_ count: Int) -> Rows { self[0..<count] }

    /// The same floats as rows of `width`, which divides this width: heads of a row, for instance.
    package func split(width: Int) -> Rows { Rows(base: base, count: count * (self.width / width), width: width) }

    package var elementCount: Int { count * width }

    package func mutableRow(_ index: Int) -> UnsafeMutableBufferPointer<Float> {
        UnsafeMutableBufferPointer(start: self[index], count: width)
    }

    package func row(_ index: Int) -> UnsafeBufferPointer<Float> {
        UnsafeBufferPointer(start: self[index], count: width)
    }
}
