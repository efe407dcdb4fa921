internal import TensorBase

extension IQ2_XS: GridFormat {
    @inline(__always) static var importance: ImportanceUse { .required }
    @inline(__always) static var groupSize: Int { 16 }
    @inline(__always) static var areSignsEven: Bool { true }
    @inline(__always) static var scaleFactor: Float { 1 }
    @inline(__always) static var search: GridSearch<EightCodes> {
        GridSearch(
            lattice: LatticeTable(Grids.iq2_xsNeighbours), reach: 9, stepSize: 0.1,
            smallest: 1e-15, repetition: .ofNeighbours)
    }

    @inline(__always)
    static func weigh(_ groups: SixteenGroups) { groups.weigh(by: .groups(16), factor: 1) }

    @inline(__always)
    static func store(_ block: GridBlock, into bytes: UnsafeMutableRawPointer) {
        for entry in 0..<32 {
            let word = UInt16(truncatingIfNeeded: block.index(entry) | block.signs(entry) << 9)
            bytes.storeBytes(of: word, toByteOffset: 2 &+ 2 &* entry, as: UInt16.self)
        }
        block.storeScales(into: bytes + 66)
    }
}
