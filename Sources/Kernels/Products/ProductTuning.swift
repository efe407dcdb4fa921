internal import GGUF
internal import TensorBase

/// Sizes at which one way of multiplying floats beats another. None of them changes the bits: every product is summed
/// as `Accumulator` says, whatever the tile or panel.
enum ProductTuning {
    /// Up to this many tokens, quantized blocks are decoded in registers, again for each tile; above, once into
    /// scratch.
    static var directTokens: Int { 8 }
    /// Tokens in a tile, if there are that many.
    static var tileTokens: Int { @inline(__always) get { Machine.hasWideRegisters ? 3 : 2 } }
    /// Tokens multiplied by four weight rows in one pass, while everything waits for memory.
    static var streamedTokens: Int { 4 }

    /// Whether weights are decoded to floats before they are multiplied. Halves never are: their conversion costs less
    /// than twice the bytes.
    @inline(__always)
    static func decodesFirst(_ type: TensorType, tokens: Int) -> Bool {
        type.blockSize > Group.count || type.blockSize > 1 && tokens > directTokens
    }

    /// Weight rows of a panel: as many as fit the second-level cache next to other data, or all if nothing is read
    /// twice.
    @inline(__always)
    static func panelRows(rowBytes: Int, tokens: Int) -> Int {
        tokens <= streamedTokens ? .max : cachedRows(rowBytes: rowBytes)
    }

    /// The same for rows that are decoded first, limited by the scratch memory.
    @inline(__always)
    static func decodedRows(columns: Int, tokens: Int) -> Int {
        tokens <= directTokens ? 4 : cachedRows(rowBytes: columns &* 4)
    }

    @inline(__always)
    private static func cachedRows(rowBytes: Int) -> Int { max(4, min(64, 393_216 / rowBytes & ~3)) }

    /// Tokens multiplied by a panel's rows before the next ones: whole tiles, whose input of 32 KB leaves room in the
    /// first-level cache for the streaming weights.
    @inline(__always)
    static func blockTokens(columns: Int, tokens: Int) -> Int {
        tokens <= streamedTokens ? tokens : max(1, 32_768 / (columns &* 4 &* tileTokens)) &* tileTokens
    }

    /// Floats of scratch memory that a thread needs.
    static func scratchCount(columns: Int) -> Int {
        max(ProductSizes.rowsForBLAS, cachedRows(rowBytes: columns * 4)) * columns
    }
}
