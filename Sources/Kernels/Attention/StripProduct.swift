/// The product that attention is made of: `output[r][v] = sum over i of factors[r][i] * vectors[i][v]` for a few rows
/// r.
///
/// Scores and weighted values both have this form. For scores the factors are queries `[heads, width]`, i runs over the
/// dimensions and a vector holds 16 keys; for values the factors are softmax weights `[heads, keys]`, i runs over the
/// keys and a vector holds 16 dimensions. A vector is loaded once for all rows. Every sum runs over i in order, in a
/// lane of its own: its bits do not depend on the tile that computes it.
struct StripProduct<Element: VectorElement>: TiledProduct {
    let rows: Int
    let count: Int
    let factors: UnsafePointer<Float>  // [rows, count]
    /// Floats from one row of factors to the next.
    let factorStride: Int

    let vectors: UnsafeRawPointer  // [count, vectorCount]
    let vectorCount: Int
    /// Bytes from i to i + 1.
    let step: Int
    /// Bytes from one vector to the next of the same i.
    let vectorStride: Int

    let output: UnsafeMutablePointer<Float>  // [rows, 16 * vectorCount]
    /// Floats from one row of output to the next.
    let outputStride: Int
    /// Whether to add to what `output` holds.
    let accumulates: Bool

    @inline(__always)
    func multiply<Tile: SumTile>(row: Int, vector: Int, _: Tile.Type) {
        let output = output + (row &* outputStride &+ vector &* 16)
        var sums = accumulates ? Tile(output, stride: outputStride) : Tile()
        var vectors = vectors + (vector &* vectorStride)
        var factor = factors + (row &* factorStride)
        let ahead = StripTuning.stepsAhead &* step
        for _ in 0..<count {
            // In a long context decoding waits for memory here.
            prefetch(vectors + ahead)
            if Tile.Vectors.count > 1 {
                prefetch(vectors + (ahead &+ (Tile.Vectors.count &- 1) &* vectorStride))
            }
            sums.add(
                Tile.Vectors(vectors, stride: vectorStride, of: Element.self), times: factor, stride: factorStride)
            vectors += step
            factor += 1
        }
        sums.store(to: output, stride: outputStride)
    }
}

enum StripTuning {
    /// How many vectors ahead to prefetch, about as far as memory latency requires.
    static var stepsAhead: Int { 32 }
    /// How far ahead to prefetch codes, in groups of 32 values of 16 positions.
    static var groupsAhead: Int { 4 }
}

/// A product of a few rows with vectors, computed tile by tile.
protocol TiledProduct {
    var rows: Int { get }
    var vectorCount: Int { get }

    /// Computes as many rows and vectors as a tile has, from `row` and `vector` on.
    func multiply<Tile: SumTile>(row: Int, vector: Int, _: Tile.Type)
}

extension TiledProduct {
    /// Computes all of it in tiles of 8 to 16 independent sums, as many as hide the latency of an addition and fit the
    /// registers.
    @inline(__always)
    func multiplyTiles() {
        var row = 0
        if Machine.hasWideRegisters {
            while row &+ 8 <= rows {
                multiply(row: row, wide: SumsOf8<Two>.self, narrow: SumsOf8<One>.self)
                row &+= 8
            }
            if row &+ 4 <= rows {
                multiply(row: row, wide: SumsOf4<Four>.self, narrow: SumsOf4<One>.self)
                row &+= 4
            }
            if row &+ 2 <= rows {
                multiply(row: row, wide: SumsOf2<Four>.self, narrow: SumsOf2<One>.self)
                row &+= 2
            }
            if row < rows { multiply(row: row, wide: Sum<Beside<Four>>.self, narrow: Sum<One>.self) }
            return
        }
        // A vector takes two registers of AVX, or four of NEON or SSE. Four rows need more than the 16 registers, yet
        // that costs less than converting each vector for two rows only.
        while row &+ 4 <= rows {
            multiply(row: row, wide: SumsOf4<One>.self, narrow: SumsOf4<One>.self)
            row &+= 4
        }
        while row < rows {
            multiply(row: row, wide: Sum<Two>.self, narrow: Sum<One>.self)
            row &+= 1
        }
    }

    /// Some rows, in tiles as wide as `Wide` and the rest in narrow ones.
    @inline(__always)
    private func multiply<Wide: SumTile, Narrow: SumTile>(row: Int, wide: Wide.Type, narrow: Narrow.Type) {
        var vector = 0
        while vector &+ Wide.Vectors.count <= vectorCount {
            multiply(row: row, vector: vector, wide)
            vector &+= Wide.Vectors.count
        }
        while vector < vectorCount {
            multiply(row: row, vector: vector, narrow)
            vector &+= Narrow.Vectors.count
        }
    }
}
