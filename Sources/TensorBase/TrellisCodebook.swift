/// The constants of TBQ3_TCQ, arranged for the kernels that read them.
///
/// A value's state is nine bits of a row of symbols of three bits: its own symbol in the upper three, the two before it
/// below. The codebook has an entry for each state.
package enum TrellisCodebook {
    package static let stateCount = 512

    /// The entry of each state, `[512]`.
    package static var values: UnsafePointer<Float> { UnsafePointer(tables.values.base) }
    /// The entries of two states in a row, `[4096, 2]`. They share six bits, so twelve bits give both: the first state
    /// is the lower nine, the second the upper nine.
    package static var pairs: UnsafePointer<Float> { UnsafePointer(tables.pairs.base) }
    /// The entries by the symbol that the next state drops: state 8 * g + p is at `[p][lane(ofGroup: g)]`, `[8, 64]`.
    package static var byDroppedSymbol: UnsafePointer<Float> { UnsafePointer(tables.byDroppedSymbol.base) }
    /// The signs that values are multiplied by before Hadamard's transform, and after it, `[128]`.
    package static var signsBefore: UnsafePointer<Float> { UnsafePointer(tables.signsBefore.base) }
    package static var signsAfter: UnsafePointer<Float> { UnsafePointer(tables.signsAfter.base) }

    /// Where the 64 groups of states with equal upper six bits are in four vectors of 16: four of one upper symbol,
    /// then four of the next. In this order an 8 by 8 transposition takes few shuffles; see `TrellisEncoder`.
    @inlinable
    package static func lane(ofGroup group: Int) -> Int {
        let (upper, lower) = (group >> 3, group & 7)
        return (upper & 6) << 3 | (lower & 4) << 1 | (upper & 1) << 2 | lower & 3
    }

    private struct Tables: Sendable {
        let values = FloatBuffer(constantCount: stateCount)
        let pairs = FloatBuffer(constantCount: 8 * stateCount * 2)
        let byDroppedSymbol = FloatBuffer(constantCount: stateCount)
        let signsBefore = FloatBuffer(constantCount: 128)
        let signsAfter = FloatBuffer(constantCount: 128)
    }

    private static let tables: Tables = {
        let tables = Tables()
        for state in 0..<stateCount {
            tables.values.base[state] = TrellisConstants.entries[state]
            tables.byDroppedSymbol.base[64 * (state & 7) + lane(ofGroup: state >> 3)] = TrellisConstants.entries[state]
        }
        for bits in 0..<8 * stateCount {
            tables.pairs.base[2 * bits] = TrellisConstants.entries[bits & (stateCount - 1)]
            tables.pairs.base[2 * bits + 1] = TrellisConstants.entries[bits >> 3]
        }
        for index in 0..<128 {
            tables.signsBefore.base[index] =
                TrellisConstants.negativeBefore[index / 64] >> (index % 64) & 1 == 1 ? -1 : 1
            tables.signsAfter.base[index] = TrellisConstants.negativeAfter[index / 64] >> (index % 64) & 1 == 1 ? -1 : 1
        }
        return tables
    }()
}
