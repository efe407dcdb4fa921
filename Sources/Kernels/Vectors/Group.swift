/// 32 consecutive values of a row, the unit in which kernels read every format.
typealias Group = VectorHalves<SIMD16<Float>>

/// Two vectors.
///
/// It is generic for the linker's sake. The runtime copies a concrete struct with a helper function named by its size
/// alone, which the linker shares between modules: code for an older processor would then run one compiled for a newer
/// processor. Helpers of generic types bear the name of their module.
struct VectorHalves<Vector: SIMD> {
    var low: Vector
    var high: Vector
}

extension Group {
    static var count: Int { 32 }

    @inline(__always)
    init(_ low: SIMD16<Float>, _ high: SIMD16<Float>) {
        self.low = low
        self.high = high
    }

    /// 32 floats at `pointer`.
    @inline(__always)
    init(_ pointer: UnsafePointer<Float>) {
        let raw = UnsafeRawPointer(pointer)
        low = raw.loadUnaligned(as: SIMD16<Float>.self)
        high = raw.loadUnaligned(fromByteOffset: 64, as: SIMD16<Float>.self)
    }

    /// The `count` < 32 floats that `value` gives, then zeros, which add nothing to a dot product.
    @inline(__always)
    init(count: Int, _ value: (Int) -> Float) {
        low = .zero
        high = .zero
        for i in 0..<min(count, 16) { low[i] = value(i) }
        for i in 16..<max(count, 16) { high[i - 16] = value(i) }
    }

    @inline(__always)
    func store(to pointer: UnsafeMutablePointer<Float>) {
        let raw = UnsafeMutableRawPointer(pointer)
        raw.storeBytes(of: low, as: SIMD16<Float>.self)
        raw.storeBytes(of: high, toByteOffset: 64, as: SIMD16<Float>.self)
    }
}
