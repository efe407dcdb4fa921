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
    static func weigh(_ groups: SixteenGroups) { groups.weighByImportanceOrSquare() }

    /// A group of zeros keeps its place. The reference leaves it out and moves the groups behind it: blocks with such a
    /// group are the only ones with other bytes.
    @inline(__always)
    static func store(_ block: GridBlock, into bytes: UnsafeMutableRawPointer) {
        block.storeIndices(into: bytes + 2, width: 1, upper: 64)
        block.storeSigns(into: bytes + 74)
        block.storeScales(into: bytes + 106)
    }
}
