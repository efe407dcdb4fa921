extension TQ1_0: EncodableFormat {
    static func encode(_ values: UnsafePointer<Float>, intoBlock block: UnsafeMutableRawPointer) {
        let (scale, inverse) = LargestScale.scale(values, count: 256)
        /// Codes are `count` values apart; the first is the most significant. A byte is the fraction of 256 that the
        /// number of base 3 is of 243, rounded up.
        @inline(__always)
        func encode(_ values: UnsafePointer<Float>, count: Int, codes: Int, into bytes: UnsafeMutableRawPointer) {
            for index in 0..<count {
                var number = 0
                for code in 0..<5 {
                    number *= 3
                    if code < codes { number += Int(LargestScale.code(values[code &* count &+ index], inverse)) }
                }
                bytes.store(UInt8(truncatingIfNeeded: (number * 256 + 242) / 243), at: index)
            }
        }
        encode(values, count: 32, codes: 5, into: block)
        encode(values + 160, count: 16, codes: 5, into: block + 32)
        encode(values + 240, count: 4, codes: 4, into: block + 48)
        block.storeHalf(scale, at: 52)
    }
}
