internal import TensorBase

/// A cache of codes: blocks of 32 values along a head's width have a scale, and some formats a minimum, and each value
/// has a code of a few bits.
///
/// A block of 16 positions of `width` values is `[width / 32]` times the 16 positions' scales in half precision, and
/// their minima if there are any, and then `[width / 32]` times 512 codes, packed so that one operation on a vector
/// yields those of its 16 lanes: 32 codes for each lane. For keys the lanes are the positions and the 32 codes a
/// position's dimensions. For values lanes are dimensions d and the codes 2p and 2p + 1 those of d and d + 16 at
/// position p.
protocol CodedElement: CacheElement {
    /// The block format that codes values. A block begins with its scale, and the minimum follows if there is one.
    associatedtype Coding: EncodableFormat
    /// Whether a value is scale * code + minimum.
    static var hasMinimum: Bool { get }
    /// The 32 codes of a block of `format`, each in a byte.
    static func unpack(_ block: UnsafeRawPointer, into codes: UnsafeMutablePointer<UInt8>)

    /// Bytes of 512 packed codes.
    static var packedBytes: Int { get }
    /// Packs all 32 codes of one lane.
    static func pack(_ codes: UnsafePointer<UInt8>, lane: Int, into packed: UnsafeMutableRawPointer)
    /// Packs code `index` of all 16 lanes.
    static func pack(_ codes: UnsafePointer<UInt8>, index: Int, into packed: UnsafeMutableRawPointer)

    /// Yields codes 0 to 31 of blocks `stride` bytes apart, decoded except for the scale.
    static func decodeKeys<Vectors: VectorGroup>(
        _ packed: UnsafeRawPointer, stride: Int, _: Vectors.Type, _ body: (Int, Vectors) -> Void)
    /// Yields codes 2p and 2p + 1 of each position p from 0 to 15. If `Vectors` holds a single vector, only the one
    /// selected by `half`.
    static func decodeValues<Vectors: VectorGroup>(
        _ packed: UnsafeRawPointer, half: Int, _: Vectors.Type, _ body: (Int, Vectors) -> Void)
}

extension CodedElement {
    static var hasMinimum: Bool { false }

    static func keyBlockBytes(width: Int) -> Int { width / 32 &* (scaleBytes &+ packedBytes) }
    static func valueBlockBytes(width: Int) -> Int { keyBlockBytes(width: width) }

    /// Bytes of the scales of 16 positions, and of their minima.
    static var scaleBytes: Int { @inline(__always) get { hasMinimum ? 64 : 32 } }
    /// Where the minima begin.
    static var minimumOffset: Int { 32 }
    /// How many of the 32 codes of each lane a cache line holds, rounded down to an even number.
    static var codesOfLine: Int { @inline(__always) get { 64 &* 16 / packedBytes &* 2 } }

    // MARK: - Storing

    static func store(_ rows: StoredRows, asKeys block: UnsafeMutableRawPointer) {
        store(rows, in: block) { codes, position, packed in pack(codes, lane: position, into: packed) }
    }

    static func store(_ rows: StoredRows, asValues block: UnsafeMutableRawPointer) {
        store(rows, in: block) { codes, position, packed in
            pack(codes, index: 2 &* position, into: packed)
            pack(codes + 16, index: 2 &* position &+ 1, into: packed)
        }
    }

    @inline(__always)
    private static func store(
        _ rows: StoredRows, in block: UnsafeMutableRawPointer,
        pack: (UnsafePointer<UInt8>, Int, UnsafeMutableRawPointer) -> Void
    ) {
        let groups = rows.width / 32
        withUnsafeTemporaryAllocation(byteCount: 128, alignment: 64) { buffer in
            guard let encoded = buffer.baseAddress else { return }
            let codes = (encoded + 64).assumingMemoryBound(to: UInt8.self)
            for row in 0..<rows.count {
                let position = rows.lane &+ row
                for group in 0..<groups {
                    Coding.encode(rows.base + (row &* rows.stride &+ 32 &* group), intoBlock: encoded)
                    let scale = block + (group &* scaleBytes &+ 2 &* position)
                    scale.storeBytes(of: encoded.load(as: UInt16.self), as: UInt16.self)
                    if hasMinimum {
                        let minimum = encoded.load(fromByteOffset: 2, as: UInt16.self)
                        scale.storeBytes(of: minimum, toByteOffset: minimumOffset, as: UInt16.self)
                    }
                    unpack(encoded, into: codes)
                    pack(codes, position, block + (groups &* scaleBytes &+ group &* packedBytes))
                }
            }
        }
    }
}
