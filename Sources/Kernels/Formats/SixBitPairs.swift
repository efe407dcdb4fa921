/// Eight scales and eight minima of 6 bits in 12 bytes, as Q4_K and Q5_K have them.
///
/// The first four scales are the lower 6 bits of bytes 0 to 3, the first four minima those of bytes 4 to 7. Of the
/// others the lower 4 bits are the halves of bytes 8 to 11, and the upper 2 bits the upper bits of bytes 0 to 7.
enum SixBitPairs {
    @inline(__always)
    static func pair(_ bytes: UnsafeRawPointer, group: Int) -> (scale: UInt8, minimum: UInt8) {
        if group < 4 { return (bytes.byte(group) & 63, bytes.byte(group + 4) & 63) }
        let lower = bytes.byte(group + 4)
        return (lower & 15 | (bytes.byte(group - 4) & 0xc0) >> 2, lower >> 4 | (bytes.byte(group) & 0xc0) >> 2)
    }

    @inline(__always)
    static func store(scales: SIMD8<UInt8>, minima: SIMD8<UInt8>, into bytes: UnsafeMutableRawPointer) {
        for group in 0..<4 {
            bytes.store(scales[group] | (scales[group + 4] & 0x30) << 2, at: group)
            bytes.store(minima[group] | (minima[group + 4] & 0x30) << 2, at: group + 4)
            bytes.store(scales[group + 4] & 15 | minima[group + 4] << 4, at: group + 8)
        }
    }
}
