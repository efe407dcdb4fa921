internal import TensorBase

/// Random numbers that depend only on their index, so that parts of a tensor can be generated in any order.
struct RandomValues: Sendable {
    let seed: UInt64

    /// - Parameter name: of a tensor. Its hash (FNV-1a) is the seed, so that tensors differ.
    init(_ name: String) {
        seed = name.utf8.reduce(0xcbf2_9ce4_8422_2325) { ($0 ^ UInt64($1)) &* 0x0000_0100_0000_01b3 }
    }

    @inline(__always)
    func word(_ index: Int) -> UInt64 {
        SplitMix64.number(UInt64(truncatingIfNeeded: index), seed: seed)
    }

    /// `count` random bytes.
    @inline(__always)
    func fill(_ bytes: UnsafeMutableRawPointer, count: Int, fromWord index: Int) {
        let whole = count / 8
        for offset in 0..<whole {
            bytes.storeBytes(of: word(index &+ offset), toByteOffset: offset &* 8, as: UInt64.self)
        }
        withUnsafeBytes(of: word(index &+ whole)) {
            (bytes + whole * 8).copyMemory(from: $0.baseAddress!, byteCount: count - whole * 8)
        }
    }

    /// Uniform, with mean 0 and standard deviation 1.
    @inline(__always)
    func value(_ index: Int) -> Float {
        (Float(word(index) >> 40) * 0x1p-24 - 0.5) * 3.464_101_6
    }

    /// The numbers 0 ..< count in random order (Fisher and Yates).
    func permutation(_ count: Int) -> [Int32] {
        var result = (0..<Int32(count)).map { $0 }
        for index in stride(from: count - 1, to: 0, by: -1) {
            result.swapAt(index, Int(word(index) % UInt64(index + 1)))
        }
        return result
    }
}
