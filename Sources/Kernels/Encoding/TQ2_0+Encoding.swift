extension TQ2_0: EncodableFormat {
    static func encode(_ values: UnsafePointer<Float>, intoBlock block: UnsafeMutableRawPointer) {
        let (scale, inverse) = LargestScale.scale(values, count: 256)
        for half in 0..<2 {
            for index in 0..<32 {
                var codes: UInt8 = 0
                for place in 0..<4 {
                    let value = values[128 &* half &+ 32 &* place &+ index]
                    codes |= LargestScale.code(value, inverse) << UInt8(2 &* place)
                }
                block.store(codes, at: 32 &* half &+ index)
            }
        }
        block.storeHalf(scale, at: 64)
    }
}
