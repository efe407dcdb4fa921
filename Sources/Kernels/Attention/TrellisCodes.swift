internal import TensorBase

/// A cache of TBQ3_TCQ, 3.25 bits a value: a block of 16 positions is `[width / 128]` times the positions' 16 blocks of
/// the format, as it defines them.
///
/// A code is nine bits, for which a register is too small a table. Looked up in memory, two at a time, values are
/// fastest along a row. So blocks are decoded without their scales into a few kilobytes of work memory, which stay in
/// the first-level cache, and multiplied there, once for all heads of several tokens. Values are those that are coded,
/// rotated; see `CacheBasis`.
enum TrellisCodes: CacheElement {
    /// Values of a block of the format.
    private static var blockLength: Int { 128 }
    private static var blockBytes: Int { 52 }
    /// Bytes of the blocks of 16 positions.
    fileprivate static var groupBytes: Int { 16 &* blockBytes }

    static func keyBlockBytes(width: Int) -> Int { width / blockLength &* groupBytes }
    static func valueBlockBytes(width: Int) -> Int { keyBlockBytes(width: width) }

    static func store(_ rows: StoredRows, asKeys block: UnsafeMutableRawPointer) { store(rows, in: block) }
    static func store(_ rows: StoredRows, asValues block: UnsafeMutableRawPointer) { store(rows, in: block) }

    private static func store(_ rows: StoredRows, in block: UnsafeMutableRawPointer) {
        for row in 0..<rows.count {
            for group in 0..<rows.width / blockLength {
                TBQ3_TCQ.encode(
                    rows.base + (row &* rows.stride &+ blockLength &* group),
                    intoBlock: block + (group &* groupBytes &+ (rows.lane &+ row) &* blockBytes))
            }
        }
    }

    static func score(_ product: KeyProduct) { TrellisKeyProduct(product: product).multiply() }
    static func sum(_ product: ValueProduct) { TrellisValueProduct(product: product).multiply() }

    // MARK: - Decoding

    /// The scales of 16 positions.
    @inline(__always)
    fileprivate static func scales(_ group: UnsafeRawPointer) -> One {
        var halves = SIMD16<UInt16>()
        for lane in 0..<16 { halves[lane] = group.loadUnaligned(fromByteOffset: lane &* blockBytes, as: UInt16.self) }
        return widened(halves)
    }

    /// Decodes the positions `lanes` of a group, all but their scales.
    /// - Parameters:
    ///   - pairStride: bytes from two values of a position to its next two.
    ///   - laneStride: bytes from one position to the next.
    @inline(__always)
    fileprivate static func decode(
        _ group: UnsafeRawPointer, lanes: Range<Int>, into values: UnsafeMutableRawPointer, pairStride: Int,
        laneStride: Int
    ) {
        let pairs = UnsafeRawPointer(TrellisCodebook.pairs)
        for lane in lanes {
            let block = group + lane &* blockBytes
            prefetch(block + StripTuning.groupsAhead &* groupBytes)
            let row = values + lane &* laneStride
            for eight in 0..<8 {
                // 48 bits, and the first six of the next.
                let bits = block.loadUnaligned(fromByteOffset: 2 &+ 6 &* eight, as: UInt64.self)
                for index in 0..<8 {
                    let states = Int(truncatingIfNeeded: bits &>> UInt64(6 &* index)) & 4095
                    row.storeBytes(
                        of: pairs.load(fromByteOffset: 8 &* states, as: UInt64.self),
                        toByteOffset: (8 &* eight &+ index) &* pairStride, as: UInt64.self)
                }
            }
        }
    }
}

/// Scores: blocks are decoded as `[64 pairs of dimensions][16 positions][2]`.
private struct TrellisKeyProduct {
    let product: KeyProduct

    /// Where the sums of a tile begin: `[8 rows][16 positions][2]`.
    private var sums: UnsafeMutablePointer<Float> { product.work.decoded + 16 &* 128 }

    func multiply() {
        let groups = product.width / 128
        for block in 0..<product.blockCount {
            for group in 0..<groups {
                let coded = product.blocks + (block &* groups &+ group) &* TrellisCodes.groupBytes
                TrellisCodes.decode(
                    coded, lanes: 0..<16, into: product.work.decoded, pairStride: 128, laneStride: 8)
                let scales = TrellisCodes.scales(coded)
                for token in 0..<product.tokens { multiply(token, group: group, scales, block: block) }
            }
        }
    }

    /// Adds the scores of 128 dimensions to those before.
    private func multiply(_ token: Int, group: Int, _ scales: One, block: Int) {
        let scores = product.scores + (token &* product.scoreTokenStride &+ 16 &* block)
        var row = 0
        while row < product.rows {
            let queries =
                product.queries + (token &* product.queryTokenStride &+ row &* product.width &+ 128 &* group)
            let count = multiplyTile(queries, rows: product.rows &- row)
            for above in 0..<count {
                let (low, high) = (One(sums + 32 &* above), One(sums + (32 &* above &+ 16)))
                let sum = One(lowHalf: low.evenHalf + low.oddHalf, highHalf: high.evenHalf + high.oddHalf)
                let score = scores + (row &+ above) &* product.scoreStride
                (group == 0 ? sum * scales : multiplyAdd(One(score), sum, scales)).store(to: score)
            }
            row &+= count
        }
    }

    /// As many rows as a tile has.
    /// - Returns: how many.
    @inline(__always)
    private func multiplyTile(_ queries: UnsafePointer<Float>, rows: Int) -> Int {
        if Machine.hasWideRegisters {
            if rows >= 8 { return multiply(queries, half: 0, SumsOf8<Two>.self) }
            if rows >= 4 { return multiply(queries, half: 0, SumsOf4<Two>.self) }
            if rows >= 2 { return multiply(queries, half: 0, SumsOf2<Two>.self) }
        } else if rows >= 4 {
            _ = multiply(queries, half: 0, SumsOf4<One>.self)
            return multiply(queries, half: 1, SumsOf4<One>.self)
        }
        return multiply(queries, half: 0, Sum<Two>.self)
    }

    @inline(__always)
    private func multiply<Tile: SumTile>(_ queries: UnsafePointer<Float>, half: Int, _: Tile.Type) -> Int {
        var sums = Tile()
        for pair in 0..<64 {
            sums.add(
                pairs: Tile.Vectors(product.work.decoded + (32 &* pair &+ 16 &* half)), times: queries + 2 &* pair,
                stride: product.width)
        }
        sums.store(to: self.sums + 16 &* half, stride: 32)
        return Tile.rows
    }
}

/// Values: blocks are decoded as `[16 positions][128]`, and their scales multiply the weights.
private struct TrellisValueProduct {
    let product: ValueProduct

    func multiply() {
        let groups = product.width / 128
        let end = product.lane &+ product.count
        for block in 0..<vectors(end) {
            let lanes = max(product.lane &- 16 &* block, 0)..<min(end &- 16 &* block, 16)
            for group in 0..<groups {
                let coded = product.blocks + (block &* groups &+ group) &* TrellisCodes.groupBytes
                TrellisCodes.decode(
                    coded, lanes: lanes, into: product.work.decoded, pairStride: 8, laneStride: 512)
                let scales = TrellisCodes.scales(coded)
                for token in 0..<product.tokens { multiply(token, group: group, scales, lanes, block: block) }
            }
        }
    }

    /// Adds the positions `lanes` of a block to the sums of 128 dimensions.
    private func multiply(_ token: Int, group: Int, _ scales: One, _ lanes: Range<Int>, block: Int) {
        let weights = product.weights + (token &* product.weightTokenStride &+ 16 &* block &- product.lane)
        for row in 0..<product.rows {
            let weights = One(weights + row &* product.weightStride)
            // Without this, the scale of a position that the token does not see could make its sums NaN.
            let scaled = (weights * scales).replacing(with: 0, where: weights .== 0)
            scaled.store(to: product.work.heads + 16 &* row)
        }
        Float.multiply(
            StripProduct(
                rows: product.rows, count: lanes.count, factors: product.work.heads + lanes.lowerBound,
                factorStride: 16, vectors: product.work.decoded + 128 &* lanes.lowerBound, vectorCount: 8,
                step: 512, vectorStride: 64,
                output: product.sums + (token &* product.sumTokenStride &+ 128 &* group),
                outputStride: product.width, accumulates: product.accumulates || block > 0))
    }
}
