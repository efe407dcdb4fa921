/// One segment's share of a parallel job, whose pieces are numbered through all segments.
protocol SegmentPieces {
    /// The number of its first piece.
    var firstPiece: Int { get }
}

extension UnsafeBufferPointer where Element: SegmentPieces {
    /// The segment of a piece, and the piece's number within it.
    @inline(__always)
    func find(_ piece: Int) -> (segment: UnsafePointer<Element>, piece: Int) {
        guard let base = baseAddress else { preconditionFailure("a job without segments") }
        var segment = base
        // Segments are few. Those without pieces have the number of the next one.
        for next in 1..<Swift.max(count, 1) {
            guard base[next].firstPiece <= piece else { break }
            segment = base + next
        }
        return (segment, piece &- segment.pointee.firstPiece)
    }
}
