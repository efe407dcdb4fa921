internal import GGUF

/// Sizes at which one way of multiplying floats beats another.
///
/// Only the choice of BLAS touches the bits: everything else is summed as `Accumulator` says, in whatever tiles and panels.
enum ProductTuning {
    /// Up to this many tokens quantized blocks are decoded in registers, for each tile anew; above, once into scratch.
    static let directTokens = 8
    /// Tokens of a tile, where there are as many.
    #if AVX512VNNI
        static let tileTokens = 3
    #else
        static let tileTokens = 2
    #endif
    /// Tokens that meet four weight rows in one go, while memory is what everything waits for.
    static let streamedTokens = 4

    /// Weight rows that a thread hands to BLAS at a time, decoded to floats where they are halves.
    static let rowsForBLAS = 32

    /// Whether a product goes to BLAS: float weights and more than 8 tokens, unless there are the registers of AVX-512.
    /// Below, the plain kernel reads memory just as fast, and a verification batch keeps the bits of single rows.
    @inline(__always)
    static func usesBLAS(_ type: TensorType, tokens: Int) -> Bool {
        #if AVX512VNNI
            false
        #else
            type.blockSize == 1 && tokens > 8
        #endif
    }

    /// Whether weights are decoded to floats before they are multiplied. Halves never are: their conversion costs less than
    /// twice the bytes.
    @inline(__always)
    static func decodesFirst(_ type: TensorType, tokens: Int) -> Bool {
        type.blockSize > Group.count || type.blockSize > 1 && tokens > directTokens
    }

    /// Weight rows of a panel: what the second-level cache keeps beside other things, or all where nothing is read twice.
    @inline(__always)
    static func panelRows(rowBytes: Int, tokens: Int) -> Int {
        tokens <= streamedTokens ? .max : cachedRows(rowBytes: rowBytes)
    }

    /// The same for rows that are decoded first; scratch memory has room for them.
    @inline(__always)
    static func decodedRows(columns: Int, tokens: Int) -> Int {
        tokens <= directTokens ? 4 : cachedRows(rowBytes: columns &* 4)
    }

    @inline(__always)
    private static func cachedRows(rowBytes: Int) -> Int { max(4, min(64, 393_216 / rowBytes & ~3)) }

    /// Tokens that meet a panel's rows before the next ones do: whole tiles whose input, at 32 KB, leaves the
    /// first-level cache room for the weights that stream past.
    @inline(__always)
    static func blockTokens(columns: Int, tokens: Int) -> Int {
        tokens <= streamedTokens ? tokens : max(1, 32_768 / (columns &* 4 &* tileTokens)) &* tileTokens
    }

    /// Floats of scratch memory that a thread needs.
    static func scratchCount(columns: Int) -> Int {
        max(rowsForBLAS, cachedRows(rowBytes: columns * 4)) * columns
    }
}
