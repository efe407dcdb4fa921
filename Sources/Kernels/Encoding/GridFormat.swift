internal import TensorBase

/// IQ2 and IQ3: blocks of 256 in 8 groups of 32 or 16 groups of 16, with signs, grid entries and a scale of 4 bits.
protocol GridFormat: GroupedFormat {
    /// Whether eight values have seven sign bits.
    static var areSignsEven: Bool { get }
    associatedtype GridEntry: EntryShape
    static var search: GridSearch<GridEntry> { get }
    /// The block's scale is stored times this.
    static var scaleFactor: Float { get }

    static func weigh(_ groups: SixteenGroups)

    /// Stores a block.
    static func store(_ block: GridBlock, into bytes: UnsafeMutableRawPointer)
}

/// What a block of IQ2 or IQ3 is made of.
struct GridBlock {
    let groupSize: Int
    let codesPerEntry: Int
    fileprivate let firstLane: Int
    fileprivate let scaleCodes: SIMD16<UInt8>
    fileprivate let indices: UnsafeMutablePointer<SIMD16<UInt32>>  // [groupSize / codesPerEntry]
    fileprivate let signs: UnsafeMutablePointer<SIMD16<UInt32>>  // [groupSize / 8]

    /// The scale of a group as a code from 0 to 15.
    @inline(__always)
    func scale(_ group: Int) -> UInt8 { scaleCodes[firstLane &+ group] }

    /// The index of an entry, counted over the whole block.
    @inline(__always)
    func index(_ entry: Int) -> UInt32 {
        let entries = groupSize / codesPerEntry
        return indices[entry % entries][firstLane &+ entry / entries]
    }

    /// The sign bits of eight values.
    @inline(__always)
    func signs(_ eight: Int) -> UInt32 {
        let eights = groupSize / 8
        return signs[eight % eights][firstLane &+ eight / eights]
    }
}

extension GridFormat {
    static func encode(_ groups: SixteenGroups, blockCount: Int, into blocks: UnsafeMutableRawPointer) {
        let search = search
        withUnsafeTemporaryAllocation(
            of: SIMD16<Float>.self, capacity: SignedGroups.memoryCount(size: groupSize) + 8
        ) { memory in
            guard let lanes = memory.baseAddress else { return }
            weigh(groups)
            let signed = SignedGroups(
                groups, areSignsEven: areSignsEven, memory: lanes + 8)
            let entries = UnsafeMutableRawPointer(lanes).assumingMemoryBound(to: SIMD16<UInt32>.self)
            let (found, isZero) = search.run(signed, entries: entries)
            signed.flip(where: found .< 0, areSignsEven: areSignsEven)
            let scales = magnitude(found)
            for eight in 0..<groupSize / 8 { signed.signs[eight].replace(with: 0, where: isZero) }
            for entry in 0..<groupSize / GridEntry.codeCount {
                entries[entry] = search.lattice.indices(of: entries[entry])
            }

            let groupsPerBlock = 256 / groupSize
            for block in 0..<blockCount {
                let bytes = blocks + block &* type.blockBytes
                let firstLane = block &* groupsPerBlock
                let unit = largest(scales, from: firstLane, count: groupsPerBlock) / 31
                guard unit > 0 else {
                    bytes.storeZeros(count: type.blockBytes)
                    continue
                }
                bytes.storeHalf(unit * scaleFactor, at: 0)
                let codes = roundedToEven(0.5 * ((1 / unit) * scales - 1), from: 0, to: 15)
                store(
                    GridBlock(
                        groupSize: groupSize, codesPerEntry: GridEntry.codeCount, firstLane: firstLane,
                        scaleCodes: coded(codes), indices: entries, signs: signed.signs),
                    into: bytes)
            }
        }
    }
}

extension GridBlock {
    /// Stores the lower eight bits of the entries' indices, and after them the others, `width` bits of each.
    /// - Parameter upper: the offset of the upper bits.
    @inline(__always)
    func storeIndices(into bytes: UnsafeMutableRawPointer, width: Int, upper offset: Int) {
        let entriesPerByte = 8 / width
        for byte in 0..<256 / codesPerEntry / entriesPerByte {
            var upper: UInt8 = 0
            for place in 0..<entriesPerByte {
                let entry = entriesPerByte &* byte &+ place
                let index = index(entry)
                bytes.store(UInt8(truncatingIfNeeded: index), at: entry)
                upper |= UInt8(truncatingIfNeeded: index >> 8) << UInt8(width &* place)
            }
            bytes.store(upper, at: offset &+ byte)
        }
    }

    /// Stores the signs of eight values in each byte.
    @inline(__always)
    func storeSigns(into bytes: UnsafeMutableRawPointer) {
        for eight in 0..<32 { bytes.store(UInt8(truncatingIfNeeded: signs(eight)), at: eight) }
    }

    /// Stores sixteen scales, or eight, two in a byte.
    @inline(__always)
    func storeScales(into bytes: UnsafeMutableRawPointer) {
        for pair in 0..<128 / groupSize { bytes.store(scale(2 &* pair) | scale(2 &* pair &+ 1) << 4, at: pair) }
    }
}
