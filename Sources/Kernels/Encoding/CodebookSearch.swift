internal import TensorBase

/// Finds for groups of 32 values the scale with the least weighted square error for the codebook of IQ4_NL and IQ4_XS,
/// as ggml's reference does. Sixteen scales are tried at once, one per lane, so that each sum runs over the values in
/// order.
enum CodebookSearch {
    /// The weights of a block's values: their squares, or those that the importance gives.
    /// - Parameter values: without NaN; [count].
    @inline(__always)
    static func weigh(
        _ values: UnsafePointer<Float>, importance: UnsafePointer<Float>?, count: Int,
        into weights: UnsafeMutablePointer<Float>
    ) {
        guard let importance else {
            for index in 0..<count { weights[index] = values[index] * values[index] }
            return
        }
        let meanSquare = 2 * squareSum(values, count: count) / Float(count)
        for index in 0..<count {
            weights[index] = importance[index] * squareRoot(meanSquare + values[index] * values[index])
        }
    }

    /// - Parameters:
    ///   - values: without NaN; [32].
    ///   - weights: [32].
    @inline(__always)
    static func scale(_ values: UnsafePointer<Float>, weights: UnsafePointer<Float>) -> Float {
        var extreme: Float = 0
        for index in 0..<32 where abs(values[index]) > abs(extreme) { extreme = values[index] }
        guard abs(extreme) >= 1e-15 else { return 0 }
        // The value of largest magnitude is mapped to about -127, the end of the codebook with the larger magnitude. In
        // the first lane it is mapped to 127, which is limited to 113.
        var inverses = (SIMD16<Float>(0, -7, -6, -5, -4, -3, -2, -1, 0, 1, 2, 3, 4, 5, 6, 7) - 127) / extreme
        inverses[0] = 1 / (extreme / 127)
        var products = SIMD16<Float>.zero
        var squares = SIMD16<Float>.zero
        for index in 0..<32 {
            let value = SIMD16(repeating: values[index])
            let entry = nearest(value * inverses)
            let weighted = SIMD16(repeating: weights[index]) * entry
            products += weighted * value
            squares += weighted * entry
        }
        var scale = squares[0] > 0 ? products[0] / squares[0] : 0
        var gain = scale * products[0]
        for lane in 1..<16 where squares[lane] > 0 && products[lane] * products[lane] > gain * squares[lane] {
            scale = products[lane] / squares[lane]
            gain = scale * products[lane]
        }
        return scale
    }

    /// Stores the codes of 32 values: code i in the low half of byte i, code i + 16 in its high half.
    @inline(__always)
    static func store(
        _ values: UnsafePointer<Float>, times inverse: Float, into bytes: UnsafeMutableRawPointer
    ) {
        let values = Group(values)
        let low = TurboQuant.codes(values.low * inverse, middles, count: 15)
        let high = TurboQuant.codes(values.high * inverse, middles, count: 15)
        bytes.storeBytes(of: low | high &<< 4, as: SIMD16<UInt8>.self)
    }

    /// The midpoints between adjacent entries of the codebook, and infinity. A value at a midpoint belongs to the upper
    /// entry.
    private static var middles: SIMD16<Float> {
        @inline(__always) get {
            SIMD16(-115.5, -93.5, -74, -57, -42, -28.5, -16, -4.5, 7, 19, 31.5, 45.5, 61, 79, 101, .infinity)
        }
    }

    /// The distances between adjacent entries.
    private static var distances: SIMD16<Float> {
        @inline(__always) get { SIMD16(23, 21, 18, 16, 14, 13, 12, 11, 12, 12, 13, 15, 16, 20, 24, 0) }
    }

    /// The nearest entries of the codebook.
    @inline(__always)
    private static func nearest(_ values: SIMD16<Float>) -> SIMD16<Float> {
        var entries = SIMD16<Float>(repeating: -127)
        let (middles, distances) = (middles, distances)
        for index in 0..<15 {
            let (middle, distance) = (middles[index], distances[index])
            for lane in 0..<16 { entries[lane] += values[lane] >= middle ? distance : 0 }
        }
        return entries
    }
}

/// A format with the codebook of IQ4_NL.
protocol CodebookFormat: EncodableFormat {
    /// Encodes a block.
    /// - Parameters:
    ///   - values: without NaN.
    ///   - weights: how much an error of each value counts.
    static func encode(
        _ values: UnsafePointer<Float>, weights: UnsafePointer<Float>, into block: UnsafeMutableRawPointer)
}

extension CodebookFormat {
    @inline(__always) static var importance: ImportanceUse { .optional }

    static func encode(_ values: UnsafePointer<Float>, intoBlock block: UnsafeMutableRawPointer) {
        encode(values, importance: nil, into: block)
    }

    @inline(__always)
    static func encode(
        row values: UnsafePointer<Float>, count: Int, importance: UnsafePointer<Float>?,
        into bytes: UnsafeMutableRawPointer
    ) {
        for start in stride(from: 0, to: count, by: type.blockSize) {
            encode(
                values + start, importance: importance.map { $0 + start },
                into: bytes + start / type.blockSize &* type.blockBytes)
        }
    }

    @inline(__always)
    private static func encode(
        _ source: UnsafePointer<Float>, importance: UnsafePointer<Float>?, into block: UnsafeMutableRawPointer
    ) {
        withUnsafeTemporaryAllocation(of: Float.self, capacity: 2 * type.blockSize) { memory in
            guard let values = memory.baseAddress else { return }
            let weights = values + type.blockSize
            for index in 0..<type.blockSize { values[index] = number(source[index]) }
            CodebookSearch.weigh(values, importance: importance, count: type.blockSize, into: weights)
            encode(values, weights: weights, into: block)
        }
    }
}
