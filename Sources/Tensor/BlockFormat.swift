package import GGUF

/// 32 consecutive values of a row, the unit in which kernels read every format.
package struct Group {
    var low: SIMD16<Float>
    var high: SIMD16<Float>

    package static let count = 32

    @inline(__always)
    init(_ low: SIMD16<Float>, _ high: SIMD16<Float>) {
        self.low = low
        self.high = high
    }

    /// 32 floats at `pointer`.
    @inline(__always)
    init(_ pointer: UnsafePointer<Float>) {
        let raw = UnsafeRawPointer(pointer)
        low = raw.loadUnaligned(as: SIMD16<Float>.self)
        high = raw.loadUnaligned(fromByteOffset: 64, as: SIMD16<Float>.self)
    }

    /// The `count` < 32 floats that `value` gives, then zeros, which add nothing to a dot product.
    @inline(__always)
    init(count: Int, _ value: (Int) -> Float) {
        low = .zero
        high = .zero
        for i in 0..<min(count, 16) { low[i] = value(i) }
        for i in 16..<max(count, 16) { high[i - 16] = value(i) }
    }

    @inline(__always)
    func store(to pointer: UnsafeMutablePointer<Float>) {
        let raw = UnsafeMutableRawPointer(pointer)
        raw.storeBytes(of: low, as: SIMD16<Float>.self)
        raw.storeBytes(of: high, toByteOffset: 64, as: SIMD16<Float>.self)
    }
}

/// How the values of a tensor are stored in blocks, and the arithmetic on them.
///
/// A format is one file that declares its blocks and one line in `ElementFormats.all`. `decode(block:into:)` is the
/// plain statement of the format and the oracle of the tests; `decode(_:group:)` is the same for a kernel's inner
/// loop, which formats state anew where float products matter. The remaining requirements have implementations that every
/// format inherits; they are requirements so that the compiler specialises them for each format and a call through the
/// existential costs one jump for a whole panel.
package protocol BlockFormat: Sendable {
    static var type: TensorType { get }

    /// The floats of a block that its values are computed from: they are finite if these are.
    static var floats: StoredFloats { get }

    /// Decodes one block of `type.blockSize` values.
    static func decode(block: UnsafeRawPointer, into values: UnsafeMutablePointer<Float>)

    /// Values `32 * group ..< 32 * group + 32` of a row.
    static func decode(_ row: UnsafeRawPointer, group: Int) -> Group

    /// Decodes the first `count` values of a row.
    static func decode(row: UnsafeRawPointer, count: Int, into values: UnsafeMutablePointer<Float>)

    /// The dot product of a row of `count` values with `x`.
    static func dot(_ row: UnsafeRawPointer, _ x: UnsafePointer<Float>, count: Int) -> Float

    /// Some rows of a matrix product; see `ProductTask`.
    static func multiply(_ task: borrowing ProductTask, weightRows: Range<Int>, scratch: UnsafeMutablePointer<Float>)
}

extension BlockFormat {
    /// The 1 to 31 values behind the last whole group; only formats with blocks of one value have such a tail.
    @inline(__always)
    static func decodeTail(_ row: UnsafeRawPointer, from start: Int, count: Int) -> Group {
        Group(count: count) { index in
            var value: Float = 0
            decode(block: row + (start + index) * type.blockBytes, into: &value)
            return value
        }
    }

    package static func decode(_ row: UnsafeRawPointer, group: Int) -> Group {
        let groups = type.blockSize / Group.count
        return withUnsafeTemporaryAllocation(of: Float.self, capacity: type.blockSize) { values in
            guard let values = values.baseAddress else { return Group(.zero, .zero) }
            decode(block: row + group / groups &* type.blockBytes, into: values)
            return Group(values + group % groups &* Group.count)
        }
    }

    package static func decode(row: UnsafeRawPointer, count: Int, into values: UnsafeMutablePointer<Float>) {
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

    package static func multiply(
        _ task: borrowing ProductTask, weightRows: Range<Int>, scratch: UnsafeMutablePointer<Float>
    ) {
        multiplyBlocks(task, weightRows, scratch)
    }

    package static func dot(_ row: UnsafeRawPointer, _ x: UnsafePointer<Float>, count: Int) -> Float {
        dotRow(row, x, count: count)
    }
}

/// A format that files can be written in.
package protocol EncodableFormat: BlockFormat {
    /// Encodes `type.blockSize` values as ggml's reference encoder does.
    static func encode(_ values: UnsafePointer<Float>, intoBlock block: UnsafeMutableRawPointer)
}

extension EncodableFormat {
    /// Encodes a row of `count` values.
    package static func encode(row values: UnsafePointer<Float>, count: Int, into bytes: UnsafeMutableRawPointer) {
        for block in 0..<count / type.blockSize {
            encode(values + block * type.blockSize, intoBlock: bytes + block * type.blockBytes)
        }
    }
}

/// The formats that kernels read.
package enum ElementFormats {
    package static let all: [any BlockFormat.Type] = [
        F32.self, F16.self, BF16.self, Q8_0.self, Q4_0.self, Q4_1.self, Q5_0.self, Q5_1.self,
        Q2_K.self, Q3_K.self, Q4_K.self, Q5_K.self, Q6_K.self, IQ4_NL.self, IQ4_XS.self,
        TBQ3_0.self, TBQ4_0.self, TBQ3_K.self, TBQ4_K.self,
    ]

    package static func format(of type: TensorType) -> (any BlockFormat.Type)? { all.first { $0.type == type } }
}
