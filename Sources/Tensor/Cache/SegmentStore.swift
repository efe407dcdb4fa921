internal import TensorBase

/// What a segment stores.
struct SegmentStore: SegmentPieces {
    let keys: Rows
    let values: Rows
    let firstPosition: Int
    let cache: CacheView
    let firstPiece: Int

    var firstBlock: Int { firstPosition / CacheView.blockLength }

    /// A piece is the part that belongs to one block of one head.
    var pieceCount: Int {
        ((firstPosition + keys.count - 1) / CacheView.blockLength - firstBlock + 1) * cache.headCount
    }
}
