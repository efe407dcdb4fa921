internal import GGUF
internal import TensorBase

/// Blocks of 32: a half-precision scale d and 32 codes of 4 bits into a codebook that is denser near zero;
/// value = d * codebook[code].
///
/// Byte i holds code i in its low half and code i + 16 in its high half.
enum IQ4_NL: EncodableFormat {
    static var type: TensorType { .iq4_nl }
    static var floats: StoredFloats { StoredFloats(.half, at: 0) }

    /// The codebook of IQ4_NL and IQ4_XS in rising order.
    static var codebook: SIMD16<Int8> {
        @inline(__always) get {
            SIMD16(-127, -104, -83, -65, -49, -35, -22, -10, 1, 13, 25, 38, 53, 69, 89, 113)
        }
    }

    static func decode(block: UnsafeRawPointer, into values: UnsafeMutablePointer<Float>) {
        decode(codes: block + 2, step: block.half(0), into: values)
    }

    /// 32 values of `step * codebook[code]`.
    @inline(__always)
    static func decode(codes: UnsafeRawPointer, step: Float, into values: UnsafeMutablePointer<Float>) {
        let codebook = codebook
        for index in 0..<16 {
            let pair = codes.byte(index)
            values[index] = step * Float(codebook[Int(pair & 15)])
            values[index + 16] = step * Float(codebook[Int(pair >> 4)])
        }
    }
}

extension IQ4_NL: IntegerFormat {
    static var isSigned: Bool { true }
    static var bias: Int32 { 128 }
    static var largestCode: Int { 127 }

    @inline(__always)
    static func unpack<Rows: PanelRows>(
        _ rows: Rows, block: Int, _ body: (Int, PanelGroup<Rows.Words>) -> Void
    ) {
        let at = block &* 18
        let scale = rows.loadHalf(at: at, prefetching: Prefetch(at, 10))
        let codes = rows.load16(at: at &+ 2, prefetching: Prefetch(at &+ 10, 8))
        body(
            block,
            PanelGroup(
                codes.masked(0x0f).entries(of: codebook), codes.shiftedRight(4).masked(0x0f).entries(of: codebook),
                scale: scale)
        )
    }
}

// MARK: - Encoding

extension IQ4_NL {
    /// Finds the scale with the least square error, weighted by the values' squares, as ggml's reference does. Sixteen
    /// scales are tried at once, one per lane, so that each sum runs over the values in order.
    static func encode(_ values: UnsafePointer<Float>, intoBlock block: UnsafeMutableRawPointer) {
        let scale = bestScale(values)
        block.storeHalf(scale, at: 0)
        let inverse = scale == 0 ? 0 : 1 / scale
        let low = TurboQuant.codes(
            UnsafeRawPointer(values).loadUnaligned(as: SIMD16<Float>.self) * inverse, middles, count: 15)
        let high = TurboQuant.codes(
            UnsafeRawPointer(values + 16).loadUnaligned(as: SIMD16<Float>.self) * inverse, middles, count: 15)
        block.storeBytes(of: low | high &<< 4, toByteOffset: 2, as: SIMD16<UInt8>.self)
    }

    private static func bestScale(_ values: UnsafePointer<Float>) -> Float {
        var extreme: Float = 0
        for index in 0..<32 where abs(values[index]) > abs(extreme) { extreme = values[index] }
        guard abs(extreme) >= 1e-15 else { return 0 }
        // The value of largest magnitude is mapped to about -127, the end of the codebook with the larger magnitude. In
        // the first lane it is mapped to 127, which is limited to 113.
        var inverses = (SIMD16<Float>(0, -7, -6, -5, -4, -3, -2, -1, 0, 1, 2, 3, 4, 5, 6, 7) - 127) / extreme
        inverses[0] = 1 / (extreme / 127)
        var products = SIMD16<Float>.zero
        var squares = SIMD16<Float>.zero
        for index in 0..<32 where values[index] == values[index] {
            let value = SIMD16(repeating: values[index])
            let entry = nearest(value * inverses)
            let weighted = value * value * entry
            products += weighted * value
            squares += weighted * entry
        }
        var scale = products[0] / squares[0]
        var gain = scale * products[0]
        for lane in 1..<16 where squares[lane] > 0 && products[lane] * products[lane] > gain * squares[lane] {
            scale = products[lane] / squares[lane]
            gain = scale * products[lane]
        }
        return scale
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
