internal import Platform
package import TensorBase

extension Compute {
    /// Stores keys and values, `[rows, headCount * width]` each, at their positions.
    /// - Parameter segments: of all rows. Each has pages for its positions.
    package func store(keys: Rows, values: Rows, segments: [CacheSegment]) {
        defer { withExtendedLifetime(segments) {} }  // the threads only have pointers to their pages
        stores.removeAll(keepingCapacity: true)
        var pieces = 0
        for segment in segments where !segment.rows.isEmpty {
            let store = SegmentStore(
                keys: keys[segment.rows], values: values[segment.rows], firstPosition: segment.firstPosition,
                cache: segment.cache.view, firstPiece: pieces)
            stores.append(store)
            pieces += store.pieceCount
        }
        guard pieces > 0 else { return }
        stores.withUnsafeBufferPointer { pool.run(StoreJob(kernels: kernels, segments: $0), count: pieces) }
    }

    /// The same for one sequence.
    package func store(keys: Rows, values: Rows, firstPosition: Int, in cache: AttentionCache) {
        store(
            keys: keys, values: values,
            segments: [CacheSegment(rows: 0..<keys.count, firstPosition: firstPosition, cache: cache)])
    }
}

private struct StoreJob: ParallelJob {
    let kernels: any KernelSet.Type
    let segments: UnsafeBufferPointer<SegmentStore>

    func run(_ index: Int, thread: Int) {
        let (segment, piece) = segments.find(index)
        segment.pointee.run(piece, kernels: kernels)
    }
}

extension SegmentStore {
    fileprivate func run(_ piece: Int, kernels: any KernelSet.Type) {
        let (block, head) = piece.quotientAndRemainder(dividingBy: cache.headCount)
        let start = (firstBlock + block) * CacheView.blockLength
        let first = max(start, firstPosition)
        let count = min(start + CacheView.blockLength, firstPosition + keys.count) - first
        kernels.store(
            rows(of: keys, head: head, first: first, count: count), asKeys: cache.keyType,
            in: cache.keyBlock(head: head, position: start))
        kernels.store(
            rows(of: values, head: head, first: first, count: count), asValues: cache.valueType,
            in: cache.valueBlock(head: head, position: start))
    }

    private func rows(of batch: Rows, head: Int, first: Int, count: Int) -> StoredRows {
        StoredRows(
            base: batch[first - firstPosition] + head * cache.width, stride: batch.width, count: count,
            width: cache.width, lane: first % CacheView.blockLength)
    }
}
