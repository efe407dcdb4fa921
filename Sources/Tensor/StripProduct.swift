/// The product that attention is made of: `output[r][v] = sum over i of factors[r][i] * vectors[i][v]` for a few rows r.
///
/// Scores and weighted values both have this form. For scores the factors are queries `[heads, width]`, i runs over the
/// dimensions and a vector holds 16 keys; for values the factors are softmax weights `[heads, keys]`, i runs over the keys
/// and a vector holds 16 dimensions. A vector is loaded once for all rows. Every sum runs over i in order, in a lane of its
/// own: its bits do not depend on the tile that computes it.
struct StripProduct {
    let rows: Int
    let count: Int
    let factors: UnsafePointer<Float>  // [rows, count]
    /// Floats from one row of factors to the next.
    let factorStride: Int

    let vectors: UnsafeRawPointer  // [count, vectorCount]
    let vectorCount: Int
    /// Bytes from i to i + 1.
    let step: Int
    /// Bytes between vectors that lie beside each other.
    let vectorStride: Int

    let output: UnsafeMutablePointer<Float>  // [rows, 16 * vectorCount]
    /// Floats from one row of output to the next.
    let outputStride: Int
    /// Whether the sums go on from what `output` holds.
    let accumulates: Bool

    /// How far ahead vectors are fetched: about as long as memory takes.
    static let stepsAhead = 32
}

extension FloatElement {
    /// Computes `product` in tiles of 8 to 16 independent sums, as many as hide the latency of an addition and fit the
    /// registers.
    @inline(__always)
    static func multiplyTiles(_ product: StripProduct) {
        var row = 0
        #if AVX512VNNI
            while row &+ 8 <= product.rows {
                multiply(
                    product, row: row, wide: Above<Above<Above<Sum<Two>>>>.self,
                    narrow: Above<Above<Above<Sum<One>>>>.self)
                row &+= 8
            }
            if row &+ 4 <= product.rows {
                multiply(product, row: row, wide: Above<Above<Sum<Four>>>.self, narrow: Above<Above<Sum<One>>>.self)
                row &+= 4
            }
            if row &+ 2 <= product.rows {
                multiply(product, row: row, wide: Above<Sum<Four>>.self, narrow: Above<Sum<One>>.self)
                row &+= 2
            }
            if row < product.rows { multiply(product, row: row, wide: Sum<Beside<Four>>.self, narrow: Sum<One>.self) }
        #else
            // A vector takes two registers of AVX, four of NEON or the baseline, whose 16 four rows exceed: that still costs
            // less than to convert a vector for two.
            while row &+ 4 <= product.rows {
                multiply(product, row: row, wide: Above<Above<Sum<One>>>.self, narrow: Above<Above<Sum<One>>>.self)
                row &+= 4
            }
            while row < product.rows {
                multiply(product, row: row, wide: Sum<Two>.self, narrow: Sum<One>.self)
                row &+= 1
            }
        #endif
    }

    /// Some rows, in tiles as wide as `Wide` and the rest in narrow ones.
    @inline(__always)
    private static func multiply<Wide: SumTile, Narrow: SumTile>(
        _ product: StripProduct, row: Int, wide: Wide.Type, narrow: Narrow.Type
    ) {
        var vector = 0
        while vector &+ Wide.Vectors.count <= product.vectorCount {
            multiply(product, row: row, vector: vector, wide)
            vector &+= Wide.Vectors.count
        }
        while vector < product.vectorCount {
            multiply(product, row: row, vector: vector, narrow)
            vector &+= Narrow.Vectors.count
        }
    }

    @inline(__always)
    private static func multiply<Tile: SumTile>(_ product: StripProduct, row: Int, vector: Int, _: Tile.Type) {
        let output = product.output + (row &* product.outputStride &+ vector &* 16)
        var sums = product.accumulates ? Tile(output, stride: product.outputStride) : Tile()
        var vectors = product.vectors + (vector &* product.vectorStride)
        var factor = product.factors + (row &* product.factorStride)
        let ahead = StripProduct.stepsAhead &* product.step
        for _ in 0..<product.count {
            // At depth a decode waits for memory here.
            prefetch(vectors + ahead)
            if Tile.Vectors.count > 1 {
                prefetch(vectors + (ahead &+ (Tile.Vectors.count &- 1) &* product.vectorStride))
            }
            sums.add(
                Tile.Vectors(vectors, stride: product.vectorStride, of: self), times: factor,
                stride: product.factorStride)
            vectors += product.step
            factor += 1
        }
        sums.store(to: output, stride: product.outputStride)
    }
}

// MARK: - Vectors beside each other

/// One or more vectors of 16 floats.
protocol VectorGroup {
    static var count: Int { get }
    init()
    init(_ floats: UnsafePointer<Float>)
    /// Vectors of cache elements that lie `stride` bytes apart.
    init<Element: FloatElement>(_ elements: UnsafeRawPointer, stride: Int, of: Element.Type)
    mutating func add(_ other: Self, times factor: SIMD16<Float>)
    func store(to floats: UnsafeMutablePointer<Float>)
}

typealias One = SIMD16<Float>
typealias Two = Beside<One>
typealias Four = Beside<Two>

extension SIMD16<Float>: VectorGroup {
    static var count: Int { 1 }

    @inline(__always)
    init(_ floats: UnsafePointer<Float>) { self = UnsafeRawPointer(floats).loadUnaligned(as: Self.self) }

    @inline(__always)
    init<Element: FloatElement>(_ elements: UnsafeRawPointer, stride: Int, of: Element.Type) {
        self = Element.load(elements)
    }

    @inline(__always)
    mutating func add(_ other: Self, times factor: SIMD16<Float>) { self = multiplyAdd(self, other, factor) }

    @inline(__always)
    func store(to floats: UnsafeMutablePointer<Float>) {
        UnsafeMutableRawPointer(floats).storeBytes(of: self, as: Self.self)
    }
}

struct Beside<Half: VectorGroup>: VectorGroup {
    private var left: Half
    private var right: Half

    static var count: Int { @inline(__always) get { 2 &* Half.count } }

    @inline(__always)
    init() {
        left = Half()
        right = Half()
    }

    @inline(__always)
    init(_ floats: UnsafePointer<Float>) {
        left = Half(floats)
        right = Half(floats + (16 &* Half.count))
    }

    @inline(__always)
    init<Element: FloatElement>(_ elements: UnsafeRawPointer, stride: Int, of: Element.Type) {
        left = Half(elements, stride: stride, of: Element.self)
        right = Half(elements + (Half.count &* stride), stride: stride, of: Element.self)
    }

    @inline(__always)
    mutating func add(_ other: Self, times factor: SIMD16<Float>) {
        left.add(other.left, times: factor)
        right.add(other.right, times: factor)
    }

    @inline(__always)
    func store(to floats: UnsafeMutablePointer<Float>) {
        left.store(to: floats)
        right.store(to: floats + (16 &* Half.count))
    }
}

// MARK: - Sums above each other

/// The sums of one or more rows, `stride` floats apart in memory.
protocol SumTile {
    associatedtype Vectors: VectorGroup
    static var rows: Int { get }
    init()
    init(_ floats: UnsafePointer<Float>, stride: Int)
    /// Adds `vectors` times a factor for each row.
    mutating func add(_ vectors: Vectors, times factors: UnsafePointer<Float>, stride: Int)
    func store(to floats: UnsafeMutablePointer<Float>, stride: Int)
}

struct Sum<Vectors: VectorGroup>: SumTile {
    private var value: Vectors

    static var rows: Int { 1 }

    @inline(__always)
    init() { value = Vectors() }

    @inline(__always)
    init(_ floats: UnsafePointer<Float>, stride: Int) { value = Vectors(floats) }

    @inline(__always)
    mutating func add(_ vectors: Vectors, times factors: UnsafePointer<Float>, stride: Int) {
        value.add(vectors, times: SIMD16(repeating: factors.pointee))
    }

    @inline(__always)
    func store(to floats: UnsafeMutablePointer<Float>, stride: Int) { value.store(to: floats) }
}

struct Above<Half: SumTile>: SumTile {
    private var upper: Half
    private var lower: Half

    static var rows: Int { @inline(__always) get { 2 &* Half.rows } }

    @inline(__always)
    init() {
        upper = Half()
        lower = Half()
    }

    @inline(__always)
    init(_ floats: UnsafePointer<Float>, stride: Int) {
        upper = Half(floats, stride: stride)
        lower = Half(floats + (Half.rows &* stride), stride: stride)
    }

    @inline(__always)
    mutating func add(_ vectors: Half.Vectors, times factors: UnsafePointer<Float>, stride: Int) {
        upper.add(vectors, times: factors, stride: stride)
        lower.add(vectors, times: factors + (Half.rows &* stride), stride: stride)
    }

    @inline(__always)
    func store(to floats: UnsafeMutablePointer<Float>, stride: Int) {
        upper.store(to: floats, stride: stride)
        lower.store(to: floats + (Half.rows &* stride), stride: stride)
    }
}
