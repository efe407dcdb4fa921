internal import GGUF
internal import TensorBase

/// Blocks of 128: a half d and 128 bits; value = d where the bit is set, else -d.
enum Q1_0: BlockFormat {
    static var type: TensorType { .q1_0 }
    static var floats: StoredFloats { StoredFloats(.half, at: 0) }

    static func decode(block: UnsafeRawPointer, into values: UnsafeMutablePointer<Float>) {
        let scale = block.half(0)
        for index in 0..<128 {
            values[index] = block.byte(2 + index / 8) &>> UInt8(index % 8) & 1 == 1 ? scale : -scale
        }
    }
}

extension Q1_0: IntegerFormat {
    static var bias: Int32 { 1 }
    static var largestCode: Int { 2 }

    @inline(__always)
    static func unpack<Rows: PanelRows>(
        _ rows: Rows, block: Int, _ body: (Int, PanelGroup<Rows.Words>) -> Void
    ) {
        let at = block &* 18
        let scale = rows.loadHalf(at: at, prefetching: Prefetch(at, 10))
        let bits = rows.load16(at: at &+ 2, prefetching: Prefetch(at &+ 10, 8))
        for group in 0..<4 {
            let word = bits[group]
            let zeros = Bytes16(Rows.Words(), Rows.Words(), Rows.Words(), Rows.Words())
            body(
                4 &* block &+ group,
                PanelGroup(
                    zeros.mirrored(in: 2, where: word, from: 0), zeros.mirrored(in: 2, where: word, from: 16),
                    scale: scale))
        }
    }
}
