internal import TensorBase

/// The points of a lattice, and which entries of a grid are near them.
///
/// An entry of eight codes has three levels, one of four codes eight.
struct LatticeTable {
    let codesPerEntry: Int
    private let points: UnsafePointer<UInt32>
    private let neighbours: UnsafePointer<UInt16>

    @inline(__always)
    init(_ table: GridNeighbours, codesPerEntry: Int) {
        (points, neighbours, self.codesPerEntry) = (table.points, table.neighbours, codesPerEntry)
    }

    @inline(__always) var levels: Float { codesPerEntry == 8 ? 3 : 8 }

    /// An entry as found in `points`: of the grid itself, or a neighbour without `GridNeighbours.isEntry`.
    @inline(__always) var first: UInt32 { points[0] }

    /// Where code `index` of an entry begins; see `Grids`.
    @inline(__always)
    static func shift(_ index: Int) -> UInt32 {
        UInt32(truncatingIfNeeded: (index & 1) &* 8 &+ (index >> 1 & 1) &* 4 &+ (index >> 2) &* 2)
    }

    /// The numbers of the points at some codes, each from 0 to `levels` - 1.
    @inline(__always)
    func points(_ codes: (Int) -> SIMD16<Float>) -> SIMD16<UInt32> {
        var number = SIMD16<Float>.zero
        var place: Float = 1
        for index in 0..<codesPerEntry {
            number += codes(index) * place
            place *= levels
        }
        return words(number)
    }

    /// The indices of grid entries.
    @inline(__always)
    func indices(of entries: SIMD16<UInt32>) -> SIMD16<UInt32> {
        let numbers = points { floats((entries &>> Self.shift($0)) & (codesPerEntry == 8 ? 3 : 7)) }
        var indices = SIMD16<UInt32>.zero
        for lane in 0..<16 { indices[lane] = points[Int(numbers[lane])] &>> 16 & 0x7fff }
        return indices
    }

    /// The entry for the point `number`: its own, or of its neighbours the one of least Σ weight * error².
    /// - Parameters:
    ///   - values: of the codes, for all lanes: from lane 0 on those of codes 0 and up, and again from lane 4 or 8 on.
    ///   - numbers: what the entry's values should be, 16 floats apart.
    ///   - weights: likewise.
    @inline(__always)
    func entry(
        _ number: UInt32, values: SIMD16<Float>, scale: Float, numbers: UnsafePointer<Float>,
        weights: UnsafePointer<Float>
    ) -> UInt32 {
        let point = points[Int(number)]
        guard point & GridNeighbours.isEntry == 0 else { return point }
        let list = neighbours + Int(point &>> 8) &* 16
        return codesPerEntry == 8
            ? Self.nearest8(list, count: Int(point & 0xff), values * scale, numbers, weights)
            : Self.nearest4(list, count: Int(point & 0xff), values * scale, numbers, weights)
    }

    @inline(never)
    private static func nearest8(
        _ list: UnsafePointer<UInt16>, count: Int, _ values: SIMD16<Float>, _ numbers: UnsafePointer<Float>,
        _ weights: UnsafePointer<Float>
    ) -> UInt32 {
        nearest(list, count: count, values, numbers, weights, codes: 8)
    }

    @inline(never)
    private static func nearest4(
        _ list: UnsafePointer<UInt16>, count: Int, _ values: SIMD16<Float>, _ numbers: UnsafePointer<Float>,
        _ weights: UnsafePointer<Float>
    ) -> UInt32 {
        nearest(list, count: count, values, numbers, weights, codes: 4)
    }

    /// Lanes are neighbours. What a code costs at a place is looked up.
    /// - Parameter count: of vectors.
    @inline(__always)
    private static func nearest(
        _ list: UnsafePointer<UInt16>, count: Int, _ values: SIMD16<Float>, _ numbers: UnsafePointer<Float>,
        _ weights: UnsafePointer<Float>, codes: Int
    ) -> UInt32 {
        var leastError = SIMD16<Float>(repeating: .infinity)
        var place = SIMD16<UInt32>(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15)
        var places = place
        for vector in 0..<count {
            let halves = UnsafeRawPointer(list + vector &* 16).loadUnaligned(as: SIMD16<UInt16>.self)
            var entries = SIMD16<UInt32>.zero
            for lane in 0..<16 { entries[lane] = UInt32(halves[lane]) }
            var error = SIMD16<Float>.zero
            for index in 0..<codes {
                let difference = values - numbers[index &* 16]
                let costs = CodeTable(weights[index &* 16] * difference * difference)
                error += costs.lookUp3(entries &>> shift(index))
            }
            let isLess = error .< leastError
            leastError.replace(with: error, where: isLess)
            places.replace(with: place, where: isLess)
            place = place &+ 16
        }
        let least = smallestLane(of: leastError)
        places.replace(with: .max, where: leastError .!= least)
        // Without any comparable error, the first one.
        let first = smallestLane(of: places)
        return UInt32(list[first == .max ? 0 : Int(first)])
    }
}

/// The smallest of 16 floats, none of them NaN.
@inline(__always)
private func smallestLane(of vector: SIMD16<Float>) -> Float {
    let eight = vector.lowHalf.replacing(with: vector.highHalf, where: vector.highHalf .< vector.lowHalf)
    let four = eight.lowHalf.replacing(with: eight.highHalf, where: eight.highHalf .< eight.lowHalf)
    let two = four.lowHalf.replacing(with: four.highHalf, where: four.highHalf .< four.lowHalf)
    return two[1] < two[0] ? two[1] : two[0]
}

@inline(__always)
private func smallestLane(of vector: SIMD16<UInt32>) -> UInt32 {
    let eight = vector.lowHalf.replacing(with: vector.highHalf, where: vector.highHalf .< vector.lowHalf)
    let four = eight.lowHalf.replacing(with: eight.highHalf, where: eight.highHalf .< eight.lowHalf)
    let two = four.lowHalf.replacing(with: four.highHalf, where: four.highHalf .< four.lowHalf)
    return two[1] < two[0] ? two[1] : two[0]
}
