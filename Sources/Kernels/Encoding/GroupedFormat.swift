internal import TensorBase

/// A format whose encoder searches sixteen groups at once: of one block, of two, or of sixteen.
protocol GroupedFormat: EncodableFormat {
    /// Values that share a scale; at most a block.
    static var groupSize: Int { get }
    /// Whether weights depend on the mean square of the whole row.
    static var weighsByRow: Bool { get }

    /// Encodes the blocks that sixteen groups are.
    /// - Parameter blockCount: how many of them are written. The others are zeros, behind the end of the row.
    static func encode(_ groups: SixteenGroups, blockCount: Int, into blocks: UnsafeMutableRawPointer)
}

extension GroupedFormat {
    @inline(__always) static var weighsByRow: Bool { false }

    @inline(__always)
    static func encodeGroups(
        row values: UnsafePointer<Float>, count: Int, importance: UnsafePointer<Float>?,
        into bytes: UnsafeMutableRawPointer
    ) {
        let batch = 16 &* groupSize
        // The groups' values and weights; then, in the row's order, the values and the importance.
        withUnsafeTemporaryAllocation(of: SIMD16<Float>.self, capacity: 4 * groupSize) { memory in
            guard let lanes = memory.baseAddress else { return }
            let ordered = UnsafeMutableRawPointer(lanes + 2 &* groupSize).assumingMemoryBound(to: Float.self)
            let orderedImportance = ordered + batch
            let mean = weighsByRow && importance != nil ? meanSquare(values, count: count) : 0
            for start in stride(from: 0, to: count, by: batch) {
                let rest = count &- start < batch ? count &- start : batch
                for index in 0..<rest { ordered[index] = number(values[start &+ index]) }
                for index in rest..<batch { ordered[index] = 0 }
                if let importance {
                    for index in 0..<rest { orderedImportance[index] = importance[start &+ index] }
                    for index in rest..<batch { orderedImportance[index] = 0 }
                }
                let groups = SixteenGroups(
                    ordered, importance: importance == nil ? nil : UnsafePointer(orderedImportance), size: groupSize,
                    rowMeanSquare: mean, memory: lanes)
                encode(
                    groups, blockCount: rest / type.blockSize, into: bytes + start / type.blockSize &* type.blockBytes)
            }
        }
    }

    @inline(__always)
    static func encode(
        row values: UnsafePointer<Float>, count: Int, importance: UnsafePointer<Float>?,
        into bytes: UnsafeMutableRawPointer
    ) {
        encodeGroups(row: values, count: count, importance: importance, into: bytes)
    }

    static func encode(_ values: UnsafePointer<Float>, intoBlock block: UnsafeMutableRawPointer) {
        encodeGroups(row: values, count: type.blockSize, importance: nil, into: block)
    }

    private static func meanSquare(_ values: UnsafePointer<Float>, count: Int) -> Float {
        var sum: Float = 0
        for index in 0..<count { sum += number(values[index]) * number(values[index]) }
        return sum / Float(count)
    }
}
