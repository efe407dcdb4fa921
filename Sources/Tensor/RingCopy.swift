internal import Platform
package import TensorBase

/// A copy of consecutive positions of a ring, to be put back after the ring has overwritten them.
///
/// It holds whole blocks of slots, as the ring had them: those that hold one of the positions, and with them a few
/// other positions at both ends.
package struct RingCopy {
    package let positions: Range<Int>
    fileprivate let memory: AlignedMemory  // [headCount, blocks, key block], then [headCount, blocks, value block]

    package var byteCount: Int { memory.byteCount }
}

extension AttentionCache {
    /// Bytes of a copy of `positions`.
    package func byteCount(ofCopying positions: Range<Int>) -> Int {
        let view = view
        return headCount * blocks(of: positions).count * (view.keyBlockBytes + view.valueBlockBytes)
    }

    /// Copies `positions`, at most `capacity` of them, which the ring must hold.
    /// - Throws: `TensorError.outOfMemory`.
    package func copy(_ positions: Range<Int>) throws(TensorError) -> RingCopy {
        let copy = RingCopy(positions: positions, memory: try .checked([byteCount(ofCopying: positions)]))
        forEachRun(of: positions) { run, byteCount, offset in
            (copy.memory.base + offset).copyMemory(from: run, byteCount: byteCount)
        }
        return copy
    }

    /// Puts back the positions of `copy`, which this ring has made. Of what else it held, nothing is left for certain.
    package func restore(_ copy: RingCopy) {
        forEachRun(of: copy.positions) { run, byteCount, offset in
            run.copyMemory(from: copy.memory.base + offset, byteCount: byteCount)
        }
    }

    /// The blocks of positions that hold `positions`. Where they go around the ring, the first and the last one are in
    /// the same block of slots, which then is one of the others.
    private func blocks(of positions: Range<Int>) -> Range<Int> {
        let length = CacheView.blockLength
        let first = positions.lowerBound / length
        return first..<min((positions.upperBound + length - 1) / length, first + capacity / length)
    }

    /// Calls `body` with every run of bytes that holds some of `positions`, and its offset in a copy.
    private func forEachRun(
        of positions: Range<Int>, _ body: (_ run: UnsafeMutableRawPointer, _ byteCount: Int, _ offset: Int) -> Void
    ) {
        let (view, ringLength) = (view, capacity / CacheView.blockLength)
        let blocks = blocks(of: positions)
        let first = blocks.lowerBound % ringLength
        let firstLength = min(blocks.count, ringLength - first)
        var offset = 0
        for (base, blockBytes) in [(view.keys, view.keyBlockBytes), (view.values, view.valueBlockBytes)] {
            for head in 0..<headCount {
                for (start, length) in [(first, firstLength), (0, blocks.count - firstLength)] where length > 0 {
                    body(base + (head * ringLength + start) * blockBytes, length * blockBytes, offset)
                    offset += length * blockBytes
                }
            }
        }
    }
}
