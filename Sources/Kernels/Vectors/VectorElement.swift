/// An element type that loads as a vector of floats.
protocol VectorElement {
    /// 16 adjacent elements.
    static func load(_ elements: UnsafeRawPointer) -> SIMD16<Float>
}
