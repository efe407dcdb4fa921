internal import GGUF
internal import TensorBase

/// How the values of a tensor are stored in blocks.
///
/// A format is one file that declares its blocks, and a line in `FormatTable`, or two if it can be written.
/// `decode(block:into:)` is the plain statement of the format and the oracle of the tests. `decode(_:group:)` is the
/// same for an inner loop; formats state it again where float products matter.
protocol BlockFormat {
    static var type: TensorType { get }

    /// The floats stored in a block. If they are all finite, so is every decoded value.
    static var floats: StoredFloats { get }

    /// Decodes one block of `type.blockSize` values.
    static func decode(block: UnsafeRawPointer, into values: UnsafeMutablePointer<Float>)

    /// Values `32 * group ..< 32 * group + 32` of a row, for inner loops.
    static func decode(_ row: UnsafeRawPointer, group: Int) -> Group
}

extension BlockFormat {
    @inline(__always)
    static func decode(_ row: UnsafeRawPointer, group: Int) -> Group {
        let groups = type.blockSize / Group.count
        return withUnsafeTemporaryAllocation(of: Float.self, capacity: type.blockSize) { values in
            guard let values = values.baseAddress else { return Group(.zero, .zero) }
            decode(block: row + group / groups &* type.blockBytes, into: values)
            return Group(values + group % groups &* Group.count)
        }
    }

    /// The 1 to 31 values after the last whole group. Only formats with blocks of one value have such a tail.
    @inline(__always)
    static func decodeTail(_ row: UnsafeRawPointer, from start: Int, count: Int) -> Group {
        Group(count: count) { index in
            var value: Float = 0
            decode(block: row + (start + index) * type.blockBytes, into: &value)
            return value
        }
    }

    /// Decodes the first `count` values of a row.
    @inline(__always)
    static func decode(row: UnsafeRawPointer, count: Int, into values: UnsafeMutablePointer<Float>) {
        if type.blockSize > Group.count {
            for block in 0..<count / type.blockSize {
                decode(block: row + block &* type.blockBytes, into: values + block &* type.blockSize)
            }
            return
        }
        let groups = count / Group.count
        for group in 0..<groups { decode(row, group: group).store(to: values + group * Group.count) }
        for index in groups * Group.count..<count {
            decode(block: row + index * type.blockBytes, into: values + index)
        }
    }
}

/// A format that files can be written in.
protocol EncodableFormat: BlockFormat {
    static var importance: ImportanceUse { get }

    /// Encodes `type.blockSize` values as ggml's reference encoder does without an importance matrix.
    static func encode(_ values: UnsafePointer<Float>, intoBlock block: UnsafeMutableRawPointer)

    /// Encodes a row of `count` values.
    /// - Parameter importance: a weight for each value, or nil.
    static func encode(
        row values: UnsafePointer<Float>, count: Int, importance: UnsafePointer<Float>?,
        into bytes: UnsafeMutableRawPointer)
}

extension EncodableFormat {
    @inline(__always) static var importance: ImportanceUse { .ignored }

    @inline(__always)
    static func encode(
        row values: UnsafePointer<Float>, count: Int, importance: UnsafePointer<Float>?,
        into bytes: UnsafeMutableRawPointer
    ) {
        for block in 0..<count / type.blockSize {
            encode(values + block * type.blockSize, intoBlock: bytes + block * type.blockBytes)
        }
    }
}
