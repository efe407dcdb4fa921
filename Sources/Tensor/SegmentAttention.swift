internal import TensorBase

/// What one segment attends to, and the part of it under way.
struct SegmentAttention: SegmentPieces {
    let task: AttentionTask
    /// Those that any of its rows sees.
    let chunks: Range<Int>
    var firstPiece = 0
    /// The chunks under way.
    var wave = 0..<0
    /// `[1 + chunks of a wave, KV heads, rows, state]`. The first of each row and head holds the chunks before.
    var states: UnsafeMutablePointer<Float>

    init(_ task: AttentionTask) {
        self.task = task
        chunks = task.chunks(of: 0..<task.queries.count)
        states = task.output.base  // until there are some
    }

    /// KV heads, over all rows.
    var headCount: Int { task.queries.count * task.cache.headCount }

    /// Whether its rows have something to merge, or see nothing and have to be told so.
    var isMerged: Bool { !wave.isEmpty || chunks.isEmpty }

    mutating func beginWave(at start: Int, length: Int) {
        let first = chunks.lowerBound + start
        wave = first..<max(first, min(first + length, chunks.upperBound))
    }

    func tileCount(_ length: Int) -> Int { (task.queries.count + length - 1) / length }
}
