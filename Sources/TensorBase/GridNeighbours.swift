/// Where encoders find the entries of a grid: for each point of the lattice that the grid is a part of, the entry
/// itself or those nearest to it.
///
/// The number of a point is Σ code j * levels^j.
package struct GridNeighbours: Sendable {
    /// `[levels^codes]`: of a point of the grid `isEntry`, its index from bit 16 on, and its entry as in `Grids`. Of
    /// any other the first vector of its neighbours from bit 8 on, and their number of vectors.
    package var points: UnsafePointer<UInt32> { UnsafePointer(table.points) }
    /// `[vectors, 16]`: entries in the order of their distance, then of their index. The first one fills up the last
    /// vector.
    package var neighbours: UnsafePointer<UInt16> { UnsafePointer(table.neighbours) }

    @inlinable package static var isEntry: UInt32 { 1 << 31 }

    private let table: NeighbourTable

    /// - Parameters:
    ///   - entries: `[count]`, as in `Grids`.
    ///   - shells: how many of the smallest distances neighbours have.
    fileprivate init(_ entries: UnsafePointer<UInt16>, count: Int, codes: Int, shells: Int) {
        let lattice = NeighbourTable.Lattice(entries, count: count, codes: codes)
        table = NeighbourTable(lattice, shells: shells)
    }
}

extension Grids {
    package static let iq1Neighbours = GridNeighbours(iq1, count: 2048, codes: 8, shells: 3)
    package static let iq2_xxsNeighbours = GridNeighbours(iq2_xxs, count: 256, codes: 8, shells: 2)
    package static let iq2_xsNeighbours = GridNeighbours(iq2_xs, count: 512, codes: 8, shells: 2)
    package static let iq2_sNeighbours = GridNeighbours(iq2_s, count: 1024, codes: 8, shells: 1)
    package static let iq3_xxsNeighbours = GridNeighbours(iq3_xxs, count: 256, codes: 4, shells: 2)
    package static let iq3_sNeighbours = GridNeighbours(iq3_s, count: 512, codes: 4, shells: 3)
}

/// The memory of `GridNeighbours`, which is never freed.
private final class NeighbourTable: @unchecked Sendable {
    let points: UnsafeMutablePointer<UInt32>
    let neighbours: UnsafeMutablePointer<UInt16>

    struct Lattice {
        let entries: [UInt16]
        /// Codes of an entry, and values of a code.
        let codes, levels: Int
        /// `[codes][entries]`
        let codesOfEntries: [[Int16]]

        init(_ entries: UnsafePointer<UInt16>, count: Int, codes: Int) {
            self.codes = codes
            levels = codes == 8 ? 3 : 8
            let all = (0..<count).map { entries[$0] }
            self.entries = all
            codesOfEntries = (0..<codes).map { index in
                all.map { Int16(codes == 8 ? Grids.code2(index, of: $0) : Grids.code3(index, of: $0)) }
            }
        }

        var pointCount: Int { (0..<codes).reduce(1) { count, _ in count * levels } }

        /// The squared distances of all entries to a point.
        func measure(_ point: Int, into distances: inout [Int16]) {
            for entry in distances.indices { distances[entry] = 0 }
            var rest = point
            for code in codesOfEntries {
                let wanted = Int16(rest % levels)
                rest /= levels
                for entry in distances.indices {
                    let difference = code[entry] &- wanted
                    distances[entry] &+= difference &* difference
                }
            }
        }
    }

    init(_ lattice: Lattice, shells: Int) {
        points = .allocate(capacity: lattice.pointCount)
        var distances = [Int16](repeating: 0, count: lattice.entries.count)
        var lists: [UInt16] = []
        for point in 0..<lattice.pointCount {
            lattice.measure(point, into: &distances)
            if let index = distances.firstIndex(of: 0) {
                points[point] = GridNeighbours.isEntry | UInt32(index) << 16 | UInt32(lattice.entries[index])
                continue
            }
            let start = lists.count
            for distance in Self.smallest(shells, of: distances) {
                for (index, found) in distances.enumerated() where found == distance {
                    lists.append(lattice.entries[index])
                }
            }
            while !lists.count.isMultiple(of: 16) { lists.append(lists[start]) }
            points[point] = UInt32(start / 16) << 8 | UInt32((lists.count - start) / 16)
        }
        neighbours = .allocate(capacity: lists.count)
        neighbours.initialize(from: lists, count: lists.count)
    }

    /// The `count` smallest different numbers of `distances`, in rising order.
    private static func smallest(_ count: Int, of distances: [Int16]) -> [Int16] {
        var smallest: [Int16] = []
        for _ in 0..<count {
            var least = Int16.max
            let above = smallest.last ?? 0
            for distance in distances where distance > above { least = min(least, distance) }
            if least < .max { smallest.append(least) }
        }
        return smallest
    }
}
