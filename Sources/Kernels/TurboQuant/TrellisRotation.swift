internal import TensorBase

/// The rotation of TBQ3_TCQ, in blocks of 128 values: x becomes s2 ∘ H(s1 ∘ x), with H the Walsh-Hadamard transform of
/// 128 values times 1/sqrt(128), and s1 and s2 the signs of `TrellisCodebook`.
enum TrellisRotation {
    /// Values that are rotated together.
    static var width: Int { 128 }

    /// Rotates each 128 of the `count` values of a row in place.
    static func rotate(row values: UnsafeMutablePointer<Float>, count: Int) {
        let (before, after) = (TrellisCodebook.signsBefore, TrellisCodebook.signsAfter)
        for start in stride(from: 0, to: count, by: width) {
            transform(values + start, before: before, after: after)
        }
    }

    /// The inverse.
    static func rotateBack(row values: UnsafeMutablePointer<Float>, count: Int) {
        let (before, after) = (TrellisCodebook.signsBefore, TrellisCodebook.signsAfter)
        for start in stride(from: 0, to: count, by: width) {
            transform(values + start, before: after, after: before)
        }
    }

    /// after ∘ H(before ∘ x) of 128 values in place, by butterflies in single precision over lengths 1 to 64, with H's
    /// factor last: the order is part of the format's bytes.
    @inline(__always)
    private static func transform(
        _ values: UnsafeMutablePointer<Float>, before: UnsafePointer<Float>, after: UnsafePointer<Float>
    ) {
        @inline(__always)
        func vector(_ index: Int) -> One {
            TurboQuant.transformed(One(values + 16 &* index) * One(before + 16 &* index))
        }
        let (a, b) = butterfly(vector(0), vector(1))
        let (c, d) = butterfly(vector(2), vector(3))
        let (e, f) = butterfly(vector(4), vector(5))
        let (g, h) = butterfly(vector(6), vector(7))
        let ((a2, c2), (b2, d2)) = (butterfly(a, c), butterfly(b, d))
        let ((e2, g2), (f2, h2)) = (butterfly(e, g), butterfly(f, h))
        let ((a3, e3), (b3, f3)) = (butterfly(a2, e2), butterfly(b2, f2))
        let ((c3, g3), (d3, h3)) = (butterfly(c2, g2), butterfly(d2, h2))
        @inline(__always)
        func store(_ vector: One, _ index: Int) {
            let factor: Float = 0.088_388_347_648_318_45
            (vector * factor * One(after + 16 &* index)).store(to: values + 16 &* index)
        }
        store(a3, 0)
        store(b3, 1)
        store(c3, 2)
        store(d3, 3)
        store(e3, 4)
        store(f3, 5)
        store(g3, 6)
        store(h3, 7)
    }

    @inline(__always)
    private static func butterfly(_ a: One, _ b: One) -> (One, One) { (a + b, a - b) }
}
