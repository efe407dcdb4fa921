// Attention's products with codes. As in a `StripProduct` every sum runs in order and in a lane of its own; codes
// become floats in registers, once for all rows of a tile, and scales and minima are left out of the inner loop.

/// Scores: the sum of each 32 dimensions is multiplied by the keys' scales and added to the sum of those before. The
/// keys' minima are multiplied by the sum of the query's 32 values.
struct CodedKeyProduct<Element: CodedElement>: TiledProduct {
    let product: KeyProduct

    var rows: Int { product.rows }
    var vectorCount: Int { product.blockCount }

    @inline(__always)
    func multiply() {
        if Element.hasMinimum { sumQueries() }
        multiplyTiles()
    }

    /// The sum of each 32 values of the queries, `[rows, width / 32]`.
    private func sumQueries() {
        for index in 0..<product.rows &* (product.width / 32) {
            let values = product.queries + 32 &* index
            product.work.heads[index] = laneSum(of: One(values) + One(values + 16))
        }
    }

    @inline(__always)
    func multiply<Tile: SumTile>(row: Int, vector: Int, _: Tile.Type) {
        let groups = product.width / 32
        let blockBytes = Element.keyBlockBytes(width: product.width)
        let block = product.blocks + vector &* blockBytes
        let output = product.scores + (row &* product.scoreStride &+ vector &* 16)
        var scores = Tile()
        for group in 0..<groups {
            let packed = block + (groups &* Element.scaleBytes &+ group &* Element.packedBytes)
            // The next tile's blocks follow the last blocks of this one.
            let isNear = group &+ StripTuning.groupsAhead < groups
            let ahead =
                packed
                + (StripTuning.groupsAhead &* Element.packedBytes
                    &+ (isNear ? 0 : (Tile.Vectors.count &- 1) &* blockBytes))
            let factors = product.queries + (row &* product.width &+ 32 &* group)
            var sums = Tile()
            Element.decodeKeys(packed, stride: blockBytes, Tile.Vectors.self) { index, vectors in
                if index % Element.codesOfLine == 0 {
                    for beside in 0..<Tile.Vectors.count {
                        prefetch(ahead + (beside &* blockBytes &+ index / Element.codesOfLine &* 64))
                    }
                }
                sums.add(vectors, times: factors + index, stride: product.width)
            }
            let scales = block + group &* Element.scaleBytes
            scores.add(sums, times: Tile.Vectors(scales, stride: blockBytes, of: Half.self))
            if Element.hasMinimum {
                let minima = Tile.Vectors(scales + Element.minimumOffset, stride: blockBytes, of: Half.self)
                scores.add(minima, times: product.work.heads + (row &* groups &+ group), stride: groups)
            }
        }
        scores.store(to: output, stride: product.scoreStride)
    }
}

/// Values: the weights of a block's positions are multiplied by the values' scales first. The sum of the weights times
/// the values' minima is added to all 32 dimensions.
struct CodedValueProduct<Element: CodedElement> {
    let product: ValueProduct

    @inline(__always)
    func multiply() {
        let groups = product.width / 32
        let end = product.lane &+ product.count
        for block in 0..<vectors(end) {
            let base = product.blocks + block &* Element.valueBlockBytes(width: product.width)
            let lanes = max(product.lane &- 16 &* block, 0)..<min(end &- 16 &* block, 16)
            let weights = product.weights + (16 &* block &- product.lane)
            for group in 0..<groups {
                let scales = Half.load(base + group &* Element.scaleBytes)
                for row in 0..<product.rows {
                    (One(weights + row &* product.weightStride) * scales).store(to: product.work.heads + 16 &* row)
                }
                if Element.hasMinimum {
                    sumMinima(base + (group &* Element.scaleBytes &+ Element.minimumOffset), lanes, weights)
                }
                let packed = base + (groups &* Element.scaleBytes &+ group &* Element.packedBytes)
                let sums = product.sums + 32 &* group
                let accumulates = product.accumulates || block > 0
                if lanes.count == 16 {
                    multiply(packed, AllLanes(), into: sums, accumulates: accumulates)
                } else {
                    multiply(packed, SomeLanes(range: lanes), into: sums, accumulates: accumulates)
                }
            }
        }
    }

    /// For each row the sum of the visible positions' weights times their minima. It follows the scaled weights.
    @inline(__always)
    private func sumMinima(_ minima: UnsafeRawPointer, _ lanes: Range<Int>, _ weights: UnsafePointer<Float>) {
        var minima = Half.load(minima)
        var visible = One.zero
        for lane in lanes { visible[lane] = 1 }
        minima.replace(with: 0, where: visible .== 0)
        for row in 0..<product.rows {
            let weights = One(weights + row &* product.weightStride).replacing(with: 0, where: visible .== 0)
            product.work.heads[16 &* product.rows &+ row] = laneSum(of: weights * minima)
        }
    }

    /// The visible positions of a block. The values of others are not touched, because they may be NaN.
    @inline(__always)
    private func multiply<Lanes: LaneSet>(
        _ packed: UnsafeRawPointer, _ visible: Lanes, into sums: UnsafeMutablePointer<Float>, accumulates: Bool
    ) {
        var row = 0
        if Machine.hasWideRegisters {
            while row &+ 8 <= product.rows {
                multiply(packed, row, half: 0, sums, accumulates, visible, SumsOf8<Two>.self)
                row &+= 8
            }
            if row &+ 4 <= product.rows {
                multiply(packed, row, half: 0, sums, accumulates, visible, SumsOf4<Two>.self)
                row &+= 4
            }
            if row &+ 2 <= product.rows {
                multiply(packed, row, half: 0, sums, accumulates, visible, SumsOf2<Two>.self)
                row &+= 2
            }
        } else {
            while row &+ 4 <= product.rows {
                multiply(packed, row, half: 0, sums, accumulates, visible, SumsOf4<One>.self)
                multiply(packed, row, half: 1, sums, accumulates, visible, SumsOf4<One>.self)
                row &+= 4
            }
        }
        while row < product.rows {
            multiply(packed, row, half: 0, sums, accumulates, visible, Sum<Two>.self)
            row &+= 1
        }
    }

    @inline(__always)
    private func multiply<Tile: SumTile, Lanes: LaneSet>(
        _ packed: UnsafeRawPointer, _ row: Int, half: Int, _ output: UnsafeMutablePointer<Float>, _ accumulates: Bool,
        _ visible: Lanes, _: Tile.Type
    ) {
        let output = output + (row &* product.width &+ 16 &* half)
        let factors = product.work.heads + 16 &* row
        var sums = accumulates ? Tile(output, stride: product.width) : Tile()
        let ahead = packed + StripTuning.groupsAhead &* Element.packedBytes
        Element.decodeValues(packed, half: half, Tile.Vectors.self) { position, vectors in
            let code = 2 &* position
            if code % Element.codesOfLine == 0 { prefetch(ahead + code / Element.codesOfLine &* 64) }
            if visible.contains(position) { sums.add(vectors, times: factors + position, stride: 16) }
        }
        if Element.hasMinimum {
            let ones = SIMD16<Float>(repeating: 1)
            let minima = product.work.heads + (16 &* product.rows &+ row)
            sums.add(Tile.Vectors(first: ones, second: ones), times: minima, stride: 1)
        }
        sums.store(to: output, stride: product.width)
    }
}

/// A set of lanes out of 16. Each kind has its own type, so that the usual one costs nothing.
private protocol LaneSet {
    func contains(_ lane: Int) -> Bool
}

private struct AllLanes: LaneSet {
    @inline(__always)
    func contains(_ lane: Int) -> Bool { true }
}

private struct SomeLanes: LaneSet {
    let range: Range<Int>

    @inline(__always)
    func contains(_ lane: Int) -> Bool { range.contains(lane) }
}
