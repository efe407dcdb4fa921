/// What can be loaded as a vector of floats.
protocol VectorElement {
    /// 16 elements that follow each other.
    static func load(_ elements: UnsafeRawPointer) -> SIMD16<Float>
}
