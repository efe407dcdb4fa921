internal import TensorBase

extension IQ3_S: GridFormat {
    @inline(__always) static var importance: ImportanceUse { .optional }
    @inline(__always) static var groupSize: Int { 32 }
    @inline(__always) static var areSignsEven: Bool { false }
    @inline(__always) static var scaleFactor: Float { 1.033 }
    @inline(__always) static var search: GridSearch<FourCodes> {
        GridSearch(
            lattice: LatticeTable(Grids.iq3_sNeighbours), reach: 9, stepSize: 0.2, smallest: 0,
            repetition: .ofGroupsWithNeighbours)
    }

    @inline(__always)
    static func weigh(_ groups: SixteenGroups) {
        groups.hasImportance ? groups.weigh(by: .groups(8), factor: 2) : groups.weighBySquare()
    }

    /// A group of zeros keeps its place. The reference leaves it out and moves the groups behind it: blocks with such a
    /// group are the only ones with other bytes.
    @inline(__always)
    static func store(_ block: GridBlock, into bytes: UnsafeMutableRawPointer) {
        for eight in 0..<8 {
            var upper: UInt8 = 0
            for place in 0..<8 {
                let entry = 8 &* eight &+ place
                let index = block.index(entry)
                bytes.store(UInt8(truncatingIfNeeded: index), at: 2 &+ entry)
                upper |= UInt8(truncatingIfNeeded: index >> 8) << UInt8(place)
            }
            bytes.store(upper, at: 66 &+ eight)
        }
        for eight in 0..<32 { bytes.store(UInt8(truncatingIfNeeded: block.signs(eight)), at: 74 &+ eight) }
        block.storeScales(into: bytes + 106)
    }
}
