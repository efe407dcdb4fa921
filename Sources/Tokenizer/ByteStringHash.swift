/// A hash of bytes: eight at a time, each step one widening multiplication (after Wang Yi's wyhash).
///
/// Swift's own `Hasher` is several times slower for such short strings, and a `String`'s hash and equality follow
/// canonical equivalence, under which different tokens are the same.
/// - Parameter seed: random for each table, so that nobody can make a file whose tokens collide.
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

/// A power of two that keeps an open-addressing table of `count` entries at most half full.
func tableCapacity(for count: Int) -> Int {
    var capacity = 16
    while capacity < 2 * count { capacity *= 2 }
    return capacity
}
