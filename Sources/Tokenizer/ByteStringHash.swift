/// A hash of bytes, based on wyhash by Wang Yi: one widening multiplication for each eight bytes.
///
/// Swift's `Hasher` is several times slower for such short strings, and `String` compares by canonical equivalence,
/// which makes different tokens equal.
/// - Parameter seed: random for each table, so that a file cannot be crafted to cause collisions.
@inline(__always)
func byteStringHash(_ bytes: UnsafeBufferPointer<UInt8>, seed: UInt64) -> UInt64 {
    let raw = UnsafeRawBufferPointer(bytes)
    var hash = UInt64(truncatingIfNeeded: bytes.count) &* 0xA076_1D64_78BD_642F ^ seed
    var at = 0
    while at &+ 8 <= raw.count {
        hash = mix(hash ^ raw.loadUnaligned(fromByteOffset: at, as: UInt64.self))
        at &+= 8
    }
    var rest: UInt64 = 0
    while at < raw.count {
        rest = rest << 8 | UInt64(raw[at])
        at &+= 1
    }
    return mix(hash ^ rest)
}

/// Spreads every bit of `value` over all bits of the result.
@inline(__always)
func mix(_ value: UInt64) -> UInt64 {
    let product = (value ^ 0xE703_7ED1_A0B4_28DB).multipliedFullWidth(by: 0x8EBC_6AF0_9C88_C6E3)
    return product.high ^ product.low
}

/// The capacity of an open-addressing table for `count` entries: a power of two, at most half full.
func tableCapacity(for count: Int) -> Int {
    var capacity = 16
    while capacity < 2 * count { capacity *= 2 }
    return capacity
}
