internal import TensorBase

extension IQ2_S: GridFormat {
    @inline(__always) static var importance: ImportanceUse { .optional }
    @inline(__always) static var groupSize: Int { 16 }
    @inline(__always) static var areSignsEven: Bool { false }
    @inline(__always) static var scaleFactor: Float { 0.9875 }
    @inline(__always) static var search: GridSearch<EightCodes> {
        GridSearch(
            lattice: LatticeTable(Grids.iq2_sNeighbours), reach: 9, stepSize: 0.1, smallest: 1e-8,
            repetition: .ofNeighbours)
    }

    @inline(__always)
    static func weigh(_ groups: SixteenGroups) {
        guard !groups.hasImportance else { return groups.weigh(by: .groups(16), factor: 2) }
        let quarter = 0.25 * (2 * groups.meanSquare(of: .groups(16)))
        for index in 0..<16 { groups.weights[index] = quarter + groups.values[index] * groups.values[index] }
    }

    @inline(__always)
    static func store(_ block: GridBlock, into bytes: UnsafeMutableRawPointer) {
        block.storeIndices(into: bytes + 2, width: 2, upper: 64)
        block.storeSigns(into: bytes + 34)
        block.storeScales(into: bytes + 74)
    }
}
