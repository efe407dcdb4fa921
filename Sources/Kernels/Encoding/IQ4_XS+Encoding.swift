extension IQ4_XS: CodebookFormat {
    static func encode(
        _ values: UnsafePointer<Float>, weights: UnsafePointer<Float>, into block: UnsafeMutableRawPointer
    ) {
        var found = SIMD16<Float>.zero
        for group in 0..<8 {
            found[group] = CodebookSearch.scale(values + group &* 32, weights: weights + group &* 32)
        }
        // The scale of largest magnitude is -32, so that it is kept exactly.
        let unit = -extreme(found) / 32
        let inverse = unit == 0 ? 0 : 1 / unit
        let scales = roundedToEven(found * inverse, from: -32, to: 31)
        block.storeHalf(unit, at: 0)
        let codes = coded(scales + 32)
        var upper: UInt16 = 0
        for group in 0..<8 { upper |= UInt16(codes[group] >> 4) << UInt16(2 &* group) }
        block.storeBytes(of: upper, toByteOffset: 2, as: UInt16.self)
        for pair in 0..<4 {
            block.store(codes[2 &* pair] & 15 | codes[2 &* pair &+ 1] << 4, at: 4 &+ pair)
        }
        for group in 0..<8 {
            // The unit is not a half here, as in the reference.
            let step = unit * scales[group]
            CodebookSearch.store(
                values + group &* 32, times: step == 0 ? 0 : 1 / step, into: block + (8 &+ group &* 16))
        }
    }
}
