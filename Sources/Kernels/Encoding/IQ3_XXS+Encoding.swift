internal import TensorBase

extension IQ3_XXS: GridFormat {
    @inline(__always) static var importance: ImportanceUse { .optional }
    @inline(__always) static var groupSize: Int { 32 }
    @inline(__always) static var areSignsEven: Bool { true }
    @inline(__always) static var scaleFactor: Float { 1.0125 }
    @inline(__always) static var search: GridSearch<FourCodes> {
        GridSearch(
            lattice: LatticeTable(Grids.iq3_xxsNeighbours), reach: 15, stepSize: 0.2,
            smallest: 1e-8, repetition: .ofNeighbours)
    }

    @inline(__always)
    static func weigh(_ groups: SixteenGroups) { groups.weighByImportanceOrSquare() }

    @inline(__always)
    static func store(_ block: GridBlock, into bytes: UnsafeMutableRawPointer) {
        for entry in 0..<64 { bytes.store(UInt8(truncatingIfNeeded: block.index(entry)), at: 2 &+ entry) }
        for group in 0..<8 {
            var word = UInt32(block.scale(group)) << 28
            for eight in 0..<4 { word |= block.signs(4 &* group &+ eight) << UInt32(7 &* eight) }
            bytes.storeBytes(of: word, toByteOffset: 66 &+ 4 &* group, as: UInt32.self)
        }
    }
}
