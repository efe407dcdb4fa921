/// What a cache holds: its place in memory, and attention's arithmetic on it.
///
/// Memory is cut into blocks of 16 positions of one head. `FloatElement` and `CodedElement` implement the products for
/// their kinds; they are requirements so that the compiler specialises them for each type and a call through the
/// existential costs one jump for a whole chunk of attention.
protocol CacheElement: Sendable {
    /// A head's width is a multiple of this.
    static var widthMultiple: Int { get }
    /// Whether what is stored is rotated as `TurboQuant` says: queries come rotated then, and sums of values leave so.
    static var isRotated: Bool { get }

    static func keyBlockBytes(width: Int) -> Int
    static func valueBlockBytes(width: Int) -> Int

    static func store(_ rows: StoredRows, asKeys block: UnsafeMutableRawPointer)
    static func store(_ rows: StoredRows, asValues block: UnsafeMutableRawPointer)

    static func score(_ product: KeyProduct)
    static func sum(_ product: ValueProduct)
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

/// Scores of the queries that share a KV head with the keys of some blocks.
struct KeyProduct {
    /// Query heads.
    let rows: Int
    let width: Int
    let queries: UnsafePointer<Float>  // [rows, width]

    let blocks: UnsafeRawPointer
    let blockCount: Int

    let scores: UnsafeMutablePointer<Float>  // [rows, 16 * blockCount]
    /// Floats from one row of scores to the next.
    let scoreStride: Int
}

/// The values of consecutive positions, weighted.
struct ValueProduct {
    /// Query heads.
    let rows: Int
    /// Rounded up to whole vectors.
    let width: Int
    /// `[rows, count]`; floats to the first block's beginning and to the last one's end may be read, too.
    let weights: UnsafePointer<Float>
    /// Floats from one row of weights to the next.
    let weightStride: Int

    /// The block of the first position.
    let blocks: UnsafeRawPointer
    /// The first position's place within its block.
    let lane: Int
    let count: Int

    let sums: UnsafeMutablePointer<Float>  // [rows, width]
    /// Whether the sums go on from what `sums` holds.
    let accumulates: Bool
    let scratch: UnsafeMutablePointer<Float>  // [rows, 16]
}

/// Vectors of 16 that hold `count` elements.
@inline(__always)
func vectors(_ count: Int) -> Int { (count &+ 15) / 16 }
