/// How keys or values are stored in a cache.
public enum CacheType: String, CaseIterable, Hashable, Sendable {
    /// Single precision: what the model computed, bit by bit.
    case f32
    /// Half precision: half the memory; each value is off by at most 2^-11 of itself.
    case f16

    var element: any CacheElement.Type {
        switch self {
        case .f32: Float.self
        case .f16: Half.self
        }
    }
}

/// What a cache holds: its place in memory, and the arithmetic on it.
///
/// `multiply` has one implementation, which every type inherits; it is a requirement so that the compiler specialises it
/// for each type and a call through the existential costs one jump for a whole chunk of attention.
protocol CacheElement: Sendable {
    static var byteCount: Int { get }

    /// 16 elements that follow each other.
    static func load(_ elements: UnsafeRawPointer) -> SIMD16<Float>
    static func store(_ values: SIMD16<Float>, to elements: UnsafeMutableRawPointer)
    static func store(_ value: Float, to element: UnsafeMutableRawPointer)

    static func multiply(_ product: StripProduct)
    static func store(_ rows: StoredRows, asKeys keys: UnsafeMutableRawPointer)
    static func store(_ rows: StoredRows, asValues values: UnsafeMutableRawPointer)
}

extension Float: CacheElement {
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

    static func multiply(_ product: StripProduct) { multiplyTiles(product) }
}

/// IEEE half precision. Rounds to nearest; what is beyond 65504 becomes infinite.
enum Half: CacheElement {
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

    static func multiply(_ product: StripProduct) { multiplyTiles(product) }
}

/// Rows of one head at consecutive positions, on their way into a cache.
struct StoredRows {
    let base: UnsafePointer<Float>  // [count, width]
    /// Floats from one row to the next.
    let stride: Int
    let count: Int
    let width: Int
    /// The first row's place within its block of 16 positions; the rows end in the same block.
    let lane: Int
}

extension CacheElement {
    /// Bytes of a vector of 16.
    @inline(__always)
    static var vectorBytes: Int { 16 &* byteCount }

    /// Stores `rows` in a block of keys `[width, 16 positions]`.
    static func store(_ rows: StoredRows, asKeys keys: UnsafeMutableRawPointer) {
        if rows.count == 16 {
            for dimension in 0..<rows.width {
                var vector = SIMD16<Float>()
                for lane in 0..<16 { vector[lane] = rows.base[lane &* rows.stride &+ dimension] }
                store(vector, to: keys + (dimension &* vectorBytes))
            }
        } else {
            for row in 0..<rows.count {
                let column = keys + ((rows.lane &+ row) &* byteCount)
                for dimension in 0..<rows.width {
                    store(rows.base[row &* rows.stride &+ dimension], to: column + (dimension &* vectorBytes))
                }
            }
        }
    }

    /// Stores `rows` in a block of values `[16 positions, width]`, the width rounded up to whole vectors.
    static func store(_ rows: StoredRows, asValues values: UnsafeMutableRawPointer) {
        let rowBytes = vectors(rows.width) &* vectorBytes
        for row in 0..<rows.count {
            let target = values + ((rows.lane &+ row) &* rowBytes)
            for vector in 0..<vectors(rows.width) {
                let value = loadVector(rows.base + (row &* rows.stride), 16 &* vector, count: rows.width)
                store(value, to: target + (vector &* vectorBytes))
            }
        }
    }
}

/// Vectors of 16 that hold `count` elements.
@inline(__always)
func vectors(_ count: Int) -> Int { (count &+ 15) / 16 }
