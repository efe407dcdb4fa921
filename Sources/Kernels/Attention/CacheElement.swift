internal import TensorBase

/// How a cache stores keys and values, and attention's arithmetic on them.
///
/// Memory is cut into blocks of 16 positions of one head. `FloatElement` and `CodedElement` implement the products for
/// their kinds, `TrellisCodes` for itself.
protocol CacheElement {
    static func keyBlockBytes(width: Int) -> Int
    static func valueBlockBytes(width: Int) -> Int

    static func store(_ rows: StoredRows, asKeys block: UnsafeMutableRawPointer)
    static func store(_ rows: StoredRows, asValues block: UnsafeMutableRawPointer)

    static func score(_ product: KeyProduct)
    static func sum(_ product: ValueProduct)
}

/// Scores of the queries that share a KV head with the keys of some blocks.
struct KeyProduct {
    /// More than one only for elements that say so.
    let tokens: Int
    /// Query heads of a token.
    let rows: Int
    let width: Int
    let queries: UnsafePointer<Float>  // [tokens, rows, width]
    /// Floats from one token's queries to the next.
    let queryTokenStride: Int

    let blocks: UnsafeRawPointer
    let blockCount: Int

    let scores: UnsafeMutablePointer<Float>  // [tokens, rows, 16 * blockCount]
    /// Floats from one row of scores to the next, and from one token to the next.
    let scoreStride: Int
    let scoreTokenStride: Int
    let work: CodeWork
}

/// The values of consecutive positions, weighted.
struct ValueProduct {
    /// More than one only for elements that say so. The weight of a position that another token sees is zero.
    let tokens: Int
    /// Query heads of a token.
    let rows: Int
    /// Rounded up to whole vectors.
    let width: Int
    /// `[tokens, rows, count]`. May be over-read back to the start of the first block and on to the end of the last.
    let weights: UnsafePointer<Float>
    /// Floats from one row of weights to the next, and from one token to the next.
    let weightStride: Int
    let weightTokenStride: Int

    /// The block of the first position.
    let blocks: UnsafeRawPointer
    /// The first position's index within its block.
    let lane: Int
    let count: Int

    let sums: UnsafeMutablePointer<Float>  // [tokens, rows, width]
    /// Floats from one token's sums to the next.
    let sumTokenStride: Int
    /// Whether to add to what `sums` holds.
    let accumulates: Bool
    let work: CodeWork
}

/// Memory for products with codes; see `AttentionSizes`.
struct CodeWork {
    /// Aligned to a cache line.
    let decoded: UnsafeMutablePointer<Float>  // [AttentionSizes.decodedLength]
    let heads: UnsafeMutablePointer<Float>  // [tokens, rows, AttentionSizes.headWorkLength]
}
