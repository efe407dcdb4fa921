internal import TensorBase

/// A cache of floating-point numbers: a block of keys is `[width, 16 positions]`, one of values `[16 positions,
/// width]`, the width rounded up to whole vectors.
protocol FloatElement: CacheElement, VectorElement {
    static var byteCount: Int { get }

    static func store(_ values: SIMD16<Float>, to elements: UnsafeMutableRawPointer)
    static func store(_ value: Float, to element: UnsafeMutableRawPointer)

    static func multiply(_ product: StripProduct<Self>)
}

extension Float: FloatElement {
    static var byteCount: Int { 4 }

    @inline(__always)
    static func load(_ elements: UnsafeRawPointer) -> SIMD16<Float> {
        elements.loadUnaligned(as: SIMD16<Float>.self)
    }

    @inline(__always)
    static func store(_ values: SIMD16<Float>, to elements: UnsafeMutableRawPointer) {
        elements.storeBytes(of: values, as: SIMD16<Float>.self)
    }

    @inline(__always)
    static func store(_ value: Float, to element: UnsafeMutableRawPointer) {
        element.storeBytes(of: value, as: Float.self)
    }

    static func multiply(_ product: StripProduct<Self>) { product.multiplyTiles() }
}

/// IEEE half precision. Rounds to nearest; magnitudes that round to more than 65504 become infinite.
enum Half: FloatElement {
    static var byteCount: Int { 2 }

    @inline(__always)
    static func load(_ elements: UnsafeRawPointer) -> SIMD16<Float> {
        widened(elements.loadUnaligned(as: SIMD16<UInt16>.self))
    }

    @inline(__always)
    static func store(_ values: SIMD16<Float>, to elements: UnsafeMutableRawPointer) {
        elements.storeBytes(of: narrowed(values), as: SIMD16<UInt16>.self)
    }

    @inline(__always)
    static func store(_ value: Float, to element: UnsafeMutableRawPointer) {
        element.storeBytes(of: narrowed(SIMD16(repeating: value))[0], as: UInt16.self)
    }

    static func multiply(_ product: StripProduct<Self>) { product.multiplyTiles() }
}

/// The upper half of a single-precision float. Rounds to nearest.
enum BFloat: FloatElement {
    static var byteCount: Int { 2 }

    @inline(__always)
    static func load(_ elements: UnsafeRawPointer) -> SIMD16<Float> {
        let halves = elements.loadUnaligned(as: SIMD16<UInt16>.self)
        var bits = SIMD16<UInt32>()
        for lane in 0..<16 { bits[lane] = UInt32(halves[lane]) &<< 16 }
        return unsafeBitCast(bits, to: SIMD16<Float>.self)
    }

    @inline(__always)
    static func store(_ values: SIMD16<Float>, to elements: UnsafeMutableRawPointer) {
        for lane in 0..<16 { store(values[lane], to: elements + (2 &* lane)) }
    }

    @inline(__always)
    static func store(_ value: Float, to element: UnsafeMutableRawPointer) {
        var value = value
        BF16.encode(&value, intoBlock: element)
    }

    static func multiply(_ product: StripProduct<Self>) { product.multiplyTiles() }
}

extension FloatElement {

    static func keyBlockBytes(width: Int) -> Int { width &* vectorBytes }
    static func valueBlockBytes(width: Int) -> Int { 16 &* vectors(width) &* vectorBytes }

    /// Bytes of a vector of 16.
    @inline(__always)
    static var vectorBytes: Int { 16 &* byteCount }

    static func store(_ rows: StoredRows, asKeys block: UnsafeMutableRawPointer) {
        if rows.count == 16 {
            for dimension in 0..<rows.width {
                var vector = SIMD16<Float>()
                for lane in 0..<16 { vector[lane] = rows.base[lane &* rows.stride &+ dimension] }
                store(vector, to: block + (dimension &* vectorBytes))
            }
        } else {
            for row in 0..<rows.count {
                let column = block + ((rows.lane &+ row) &* byteCount)
                for dimension in 0..<rows.width {
                    store(rows.base[row &* rows.stride &+ dimension], to: column + (dimension &* vectorBytes))
                }
            }
        }
    }

    static func store(_ rows: StoredRows, asValues block: UnsafeMutableRawPointer) {
        let rowBytes = vectors(rows.width) &* vectorBytes
        for row in 0..<rows.count {
            let target = block + ((rows.lane &+ row) &* rowBytes)
            for vector in 0..<vectors(rows.width) {
                let value = loadVector(rows.base + (row &* rows.stride), 16 &* vector, count: rows.width)
                store(value, to: target + (vector &* vectorBytes))
            }
        }
    }

    static func score(_ product: KeyProduct) {
        multiply(
            StripProduct(
                rows: product.rows, count: product.width, factors: product.queries, factorStride: product.width,
                vectors: product.blocks, vectorCount: product.blockCount, step: vectorBytes,
                vectorStride: keyBlockBytes(width: product.width), output: product.scores,
                outputStride: product.scoreStride, accumulates: false))
    }

    static func sum(_ product: ValueProduct) {
        let rowBytes = product.width &* byteCount
        multiply(
            StripProduct(
                rows: product.rows, count: product.count, factors: product.weights,
                factorStride: product.weightStride, vectors: product.blocks + product.lane &* rowBytes,
                vectorCount: product.width / 16, step: rowBytes, vectorStride: vectorBytes, output: product.sums,
                outputStride: product.width, accumulates: product.accumulates))
    }
}
