/// Floats on the heap, 64-byte aligned, zero at first, freed with the last reference.
package final class FloatBuffer: @unchecked Sendable {
    package let base: UnsafeMutablePointer<Float>
    package let count: Int

    package init(count: Int) {
        self.count = count
        let raw = UnsafeMutableRawPointer.allocate(byteCount: max(count, 16) * 4, alignment: 64)
        base = raw.bindMemory(to: Float.self, capacity: count)
        base.initialize(repeating: 0, count: count)
    }

    package convenience init(_ values: [Float]) {
        self.init(count: values.count)
        for (index, value) in values.enumerated() { base[index] = value }
    }

    deinit { UnsafeMutableRawPointer(base).deallocate() }

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
