extension Q2_0: EncodableFormat {
    static func encode(_ values: UnsafePointer<Float>, intoBlock block: UnsafeMutableRawPointer) {
        let (scale, inverse) = LargestScale.scale(values, count: 64)
        block.storeHalf(scale, at: 0)
        for byte in 0..<16 {
            var codes: UInt8 = 0
            for place in 0..<4 {
                codes |= LargestScale.code(values[4 &* byte &+ place], inverse) << UInt8(2 &* place)
            }
            block.store(codes, at: 2 &+ byte)
        }
    }
}
