/// A cache of codes: blocks of 32 values along a head's width have a scale, and each value a code of a few bits.
///
/// A block of 16 positions of `width` values is `[width / 32]` times the 16 positions' scales in half precision, and then
/// `[width / 32]` times 512 codes, packed so that one operation on a vector yields those of its 16 lanes: 32 codes for each
/// lane. For keys the lanes are the positions and the 32 codes a position's dimensions. For values lanes are dimensions
/// d and the codes 2p and 2p + 1 those of d and d + 16 at position p. Decoded, either is what a `StripProduct` takes.
protocol CodedElement: CacheElement {
    /// What says how values are coded.
    static var format: any EncodableFormat.Type { get }
    /// The 32 codes of a block of `format`, each in a byte.
    static func unpack(_ block: UnsafeRawPointer, into codes: UnsafeMutablePointer<UInt8>)

    /// Bytes of 512 packed codes.
    static var packedBytes: Int { get }
    /// Packs all 32 codes of one lane.
    static func pack(_ codes: UnsafePointer<UInt8>, lane: Int, into packed: UnsafeMutableRawPointer)
    /// Packs code `index` of all 16 lanes.
    static func pack(_ codes: UnsafePointer<UInt8>, index: Int, into packed: UnsafeMutableRawPointer)
    /// Writes to `values` `[32, 16]` what the codes stand for, times `scale` of each code's index.
    static func decode(
        _ packed: UnsafeRawPointer, into values: UnsafeMutablePointer<Float>, scale: (Int) -> SIMD16<Float>)
}

extension CodedElement {
    static var widthMultiple: Int { 32 }

    static func keyBlockBytes(width: Int) -> Int { width / 32 &* (scaleBytes &+ packedBytes) }
    static func valueBlockBytes(width: Int) -> Int { keyBlockBytes(width: width) }

    /// Bytes of the scales of 16 positions.
    private static var scaleBytes: Int { 32 }
    /// Floats of a decoded block of 16 positions and 32 values.
    private static var decodedLength: Int { 512 }

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
                    format.encode(rows.base + (row &* rows.stride &+ 32 &* group), intoBlock: encoded)
                    (block + (group &* scaleBytes &+ 2 &* position)).storeBytes(
                        of: encoded.load(as: UInt16.self), as: UInt16.self)
                    unpack(encoded, into: codes)
                    pack(codes, position, block + (groups &* scaleBytes &+ group &* packedBytes))
                }
            }
        }
    }

    // MARK: - Products

    /// Scores, 64 positions and 32 dimensions at a time.
    @inline(__always)
    static func scoreDecoded(_ product: KeyProduct) {
        let groups = product.width / 32
        let blockBytes = keyBlockBytes(width: product.width)
        for first in stride(from: 0, to: product.blockCount, by: AttentionTuning.decodedBlocks) {
            let count = min(AttentionTuning.decodedBlocks, product.blockCount &- first)
            for group in 0..<groups {
                for block in 0..<count {
                    let scales = product.blocks + ((first &+ block) &* blockBytes &+ group &* scaleBytes)
                    let packed =
                        product.blocks
                        + ((first &+ block) &* blockBytes &+ groups &* scaleBytes &+ group &* packedBytes)
                    let scale = widened(scales.loadUnaligned(as: SIMD16<UInt16>.self))
                    decode(packed, into: product.scratch + block &* decodedLength) { _ in scale }
                }
                Float.multiply(
                    StripProduct(
                        rows: product.rows, count: 32, factors: product.queries + 32 &* group,
                        factorStride: product.width, vectors: product.scratch, vectorCount: count, step: 64,
                        vectorStride: 4 &* decodedLength, output: product.scores + 16 &* first,
                        outputStride: product.scoreStride, accumulates: group > 0))
            }
        }
    }

    /// Sums of values, 64 positions and 32 dimensions at a time. Positions beside those asked for are decoded, too, but
    /// not summed.
    @inline(__always)
    static func sumDecoded(_ product: ValueProduct) {
        let groups = product.width / 32
        let blockBytes = valueBlockBytes(width: product.width)
        let end = product.lane &+ product.count
        let length = 16 &* AttentionTuning.decodedBlocks
        let scales = product.scratch + AttentionTuning.decodedBlocks &* decodedLength
        for first in stride(from: 0, to: end, by: length) {
            let lanes = max(first, product.lane)..<min(first &+ length, end)
            for group in 0..<groups {
                for block in 0..<vectors(lanes.upperBound &- first) {
                    let base = product.blocks + (first / 16 &+ block) &* blockBytes
                    widened((base + group &* scaleBytes).loadUnaligned(as: SIMD16<UInt16>.self)).store(to: scales)
                    decode(
                        base + (groups &* scaleBytes &+ group &* packedBytes),
                        into: product.scratch + block &* decodedLength
                    ) { SIMD16(repeating: scales[$0 / 2]) }
                }
                Float.multiply(
                    StripProduct(
                        rows: product.rows, count: lanes.count,
                        factors: product.weights + (lanes.lowerBound &- product.lane),
                        factorStride: product.weightStride,
                        vectors: product.scratch + 32 &* (lanes.lowerBound &- first), vectorCount: 2, step: 128,
                        vectorStride: 64, output: product.sums + 32 &* group, outputStride: product.width,
                        accumulates: product.accumulates || first > 0))
            }
        }
    }
}
