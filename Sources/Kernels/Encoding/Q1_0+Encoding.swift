extension Q1_0: EncodableFormat {
    /// d is the mean magnitude, summed in order. The bit of a value is set unless it is negative; a NaN counts as zero.
    static func encode(_ values: UnsafePointer<Float>, intoBlock block: UnsafeMutableRawPointer) {
        var sum: Float = 0
        for index in 0..<128 { sum += abs(number(values[index])) }
        block.storeHalf(sum / 128, at: 0)
        for byte in 0..<16 {
            var bits: UInt8 = 0
            for bit in 0..<8 where !(values[8 &* byte &+ bit] < 0) { bits |= 1 << UInt8(bit) }
            block.store(bits, at: 2 &+ byte)
        }
    }
}
