import Dispatch
internal import GGUF

extension WeightType {
    /// Blocks that a thread generates at a time.
    private static let pieceBlocks = 1 << 15

    /// Writes random weights into `bytes`, starting at byte `offset` of a tensor, on all processors.
    /// - Parameter deviation: the standard deviation of the weights.
    func fill(_ bytes: UnsafeMutableRawBufferPointer, offset: Int, _ random: RandomValues, deviation: Float) {
        guard let base = bytes.baseAddress else { return }
        let blockBytes = tensorType.blockBytes
        let (first, count) = (offset / blockBytes, bytes.count / blockBytes)
        let pieces = (count + Self.pieceBlocks - 1) / Self.pieceBlocks
        nonisolated(unsafe) let start = base  // the pieces do not overlap
        DispatchQueue.concurrentPerform(iterations: pieces) { piece in
            let blocks = piece * Self.pieceBlocks..<min((piece + 1) * Self.pieceBlocks, count)
            fill(start + blocks.lowerBound * blockBytes, first + blocks.lowerBound, blocks.count, random, deviation)
        }
    }

    /// Writes `count` blocks, starting with block `first` of the tensor.
    private func fill(
        _ place: UnsafeMutableRawPointer, _ first: Int, _ count: Int, _ random: RandomValues, _ deviation: Float
    ) {
        switch self {
        case .q8_0:
            let scale = Float16(deviation / 73.6).bitPattern  // the standard deviation of the codes
            for block in 0..<count {
                let at = place + block &* 34
                at.storeBytes(of: scale, as: UInt16.self)
                for word in 0..<4 {
                    let codes = validCodes(random.word((first &+ block) &* 4 &+ word))
                    at.storeBytes(of: codes, toByteOffset: 2 &+ word &* 8, as: UInt64.self)
                }
            }
        case .q4_0:
            let scale = Float16(deviation / 4.6).bitPattern
            for block in 0..<count {
                let at = place + block &* 18
                at.storeBytes(of: scale, as: UInt16.self)
                for word in 0..<2 {
                    let codes = random.word((first &+ block) &* 2 &+ word)
                    at.storeBytes(of: codes, toByteOffset: 2 &+ word &* 8, as: UInt64.self)
                }
            }
        case .q4_1, .q5_0, .q5_1, .q4_k, .q5_k, .q6_k, .iq1_s, .iq1_m, .iq2_xxs, .iq2_xs, .iq2_s, .iq3_xxs, .iq3_s,
            .iq4_nl, .iq4_xs, .mxfp4, .nvfp4, .tq1_0, .tq2_0, .q1_0, .q2_0:
            let size = tensorType.blockBytes
            let words = (size + 7) / 8
            for block in 0..<count {
                let (at, word) = (place + block &* size, (first &+ block) &* words)
                random.fill(at, count: size, fromWord: word)
                storeScales(at, random.word(~word), deviation)
            }
        case .f16:
            for index in 0..<count {
                let value = Float16(random.value(first &+ index) * deviation)
                place.storeBytes(of: value, toByteOffset: index &* 2, as: Float16.self)
            }
        case .bf16:
            for index in 0..<count {
                let pattern = (random.value(first &+ index) * deviation).bitPattern >> 16
                place.storeBytes(of: UInt16(truncatingIfNeeded: pattern), toByteOffset: index &* 2, as: UInt16.self)
            }
        case .f32:
            for index in 0..<count {
                place.storeBytes(of: random.value(first &+ index) * deviation, toByteOffset: index &* 4, as: Float.self)
            }
        }
    }
}

/// Eight codes of Q8_0. Replaces -128, which is not a valid code, with 0.
@inline(__always)
private func validCodes(_ word: UInt64) -> UInt64 {
    let low: UInt64 = 0x7f7f_7f7f_7f7f_7f7f
    let difference = word ^ ~low  // 0 in the bytes that are -128
    let nonzero = ((difference & low) &+ low) | difference | low
    return word ^ ~nonzero
}
