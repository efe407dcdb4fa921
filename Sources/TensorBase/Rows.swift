/// A view of `count` rows of `width` floats, row-major and without gaps. It owns nothing.
package struct Rows {
    package let base: UnsafeMutablePointer<Float>
    package let count: Int
    package let width: Int

    @inlinable package init(base: UnsafeMutablePointer<Float>, count: Int, width: Int) {
        self.base = base
        self.count = count
        self.width = width
    }

    /// The first float of row `index`.
    @inlinable package subscript(index: Int) -> UnsafeMutablePointer<Float> { base + index * width }

    /// The rows of `range`.
    @inlinable package subscript(range: Range<Int>) -> Rows {
        Rows(base: base + range.lowerBound * width, count: range.count, width: width)
    }

    @inlinable package func prefix(_ count: Int) -> Rows { self[0..<count] }

    /// The same floats as rows of `width`, which divides this width: heads of a row, for instance.
    @inlinable package func split(width: Int) -> Rows {
        Rows(base: base, count: count * (self.width / width), width: width)
    }

    /// Copies the rows of `range` to those from `start` on, which may overlap them.
    @inlinable package func move(_ range: Range<Int>, to start: Int) {
        if range.lowerBound != start { self[start].update(from: self[range.lowerBound], count: range.count * width) }
    }

    @inlinable package var elementCount: Int { count * width }

    @inlinable package func mutableRow(_ index: Int) -> UnsafeMutableBufferPointer<Float> {
        UnsafeMutableBufferPointer(start: self[index], count: width)
    }

    @inlinable package func row(_ index: Int) -> UnsafeBufferPointer<Float> {
        UnsafeBufferPointer(start: self[index], count: width)
    }
}
