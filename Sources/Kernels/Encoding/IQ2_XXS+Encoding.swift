internal import TensorBase

extension IQ2_XXS: GridFormat {
    @inline(__always) static var importance: ImportanceUse { .required }
    @inline(__always) static var groupSize: Int { 32 }
    @inline(__always) static var areSignsEven: Bool { true }
    @inline(__always) static var scaleFactor: Float { 1 }
    @inline(__always) static var search: GridSearch<EightCodes> {
        GridSearch(
            lattice: LatticeTable(Grids.iq2_xxsNeighbours), reach: 6, stepSize: 0.1,
            smallest: 1e-15, repetition: .ofAll)
    }

    @inline(__always)
    static func weigh(_ groups: SixteenGroups) { groups.weigh(by: .groups(8), factor: 1) }

    @inline(__always)
    static func store(_ block: GridBlock, into bytes: UnsafeMutableRawPointer) {
        for group in 0..<8 {
            let at = bytes + (2 &+ 8 &* group)
            var word = UInt32(block.scale(group)) << 28
            for entry in 0..<4 {
                at.store(UInt8(truncatingIfNeeded: block.index(4 &* group &+ entry)), at: entry)
                word |= block.signs(4 &* group &+ entry) << UInt32(7 &* entry)
            }
            at.storeBytes(of: word, toByteOffset: 4, as: UInt32.self)
        }
    }
}
