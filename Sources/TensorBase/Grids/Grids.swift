/// The grids of IQ1, IQ2 and IQ3: codebooks whose entries are four or eight codes.
///
/// An entry is 16 bits, four nibbles. Codes 0, 2, 1 and 3 are in the nibbles from the lowest on, because one shift then
/// moves all four to the places of bytes in a word. An entry of eight codes has codes of two bits: code j + 4 is in the
/// upper half of the nibble of code j. What a code stands for is up to the format.
///
/// They lie here and not beside the formats that use them, because arrays are not allowed in `Kernels`.
package enum Grids {
    /// `[2048]`, of eight codes: IQ1_S and IQ1_M.
    package static var iq1: UnsafePointer<UInt16> { iq1Grid.entries }
    /// `[256]`, of eight codes.
    package static var iq2_xxs: UnsafePointer<UInt16> { iq2_xxsGrid.entries }
    /// `[512]`, of eight codes.
    package static var iq2_xs: UnsafePointer<UInt16> { iq2_xsGrid.entries }
    /// `[1024]`, of eight codes.
    package static var iq2_s: UnsafePointer<UInt16> { iq2_sGrid.entries }
    /// `[256]`, of four codes.
    package static var iq3_xxs: UnsafePointer<UInt16> { iq3_xxsGrid.entries }
    /// `[512]`, of four codes.
    package static var iq3_s: UnsafePointer<UInt16> { iq3_sGrid.entries }

    private static let iq1Grid = Grid(IQ1Grid.entries)
    private static let iq2_xxsGrid = Grid(IQ2Grids.xxs)
    private static let iq2_xsGrid = Grid(IQ2Grids.xs)
    private static let iq2_sGrid = Grid(IQ2Grids.s)
    private static let iq3_xxsGrid = Grid(IQ3Grids.xxs)
    private static let iq3_sGrid = Grid(IQ3Grids.s)

    /// Code `index` of an entry of eight codes.
    @inlinable
    package static func code2(_ index: Int, of entry: UInt16) -> Int {
        Int(entry >> (nibbleShift(index & 3) &+ UInt16(truncatingIfNeeded: index >> 2 &* 2)) & 3)
    }

    /// Code `index` of an entry of four codes.
    @inlinable
    package static func code3(_ index: Int, of entry: UInt16) -> Int { Int(entry >> nibbleShift(index) & 7) }

    @inlinable
    static func nibbleShift(_ index: Int) -> UInt16 {
        UInt16(truncatingIfNeeded: (index & 1) &* 8 &+ (index >> 1) &* 4)
    }
}

/// The entries of a grid in aligned memory.
private final class Grid: Sendable {
    private let memory: FloatBuffer

    init(_ entries: [UInt16]) {
        memory = FloatBuffer(constantCount: entries.count / 2)
        let place = UnsafeMutableRawPointer(memory.base)
        for (index, entry) in entries.enumerated() {
            place.storeBytes(of: entry, toByteOffset: 2 * index, as: UInt16.self)
        }
    }

    /// Of each, from the first.
    var entries: UnsafePointer<UInt16> {
        UnsafePointer(UnsafeMutableRawPointer(memory.base).assumingMemoryBound(to: UInt16.self))
    }
}
