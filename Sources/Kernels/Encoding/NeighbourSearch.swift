internal import TensorBase

/// How many codes an entry of a grid has.
protocol EntryShape {
    static var codeCount: Int { get }
    /// Values of a code.
    static var levelCount: Int { get }
}

enum EightCodes: EntryShape {
    @inline(__always) static var codeCount: Int { 8 }
    @inline(__always) static var levelCount: Int { 3 }
}

enum FourCodes: EntryShape {
    @inline(__always) static var codeCount: Int { 4 }
    @inline(__always) static var levelCount: Int { 8 }
}

extension EntryShape {
    @inline(__always) static var levels: Float { Float(levelCount) }

    /// Where code `index` of an entry begins; see `Grids`.
    @inline(__always)
    static func shift(_ index: Int) -> UInt32 {
        UInt32(truncatingIfNeeded: (index & 1) &* 8 &+ (index >> 1 & 1) &* 4 &+ (index >> 2) &* 2)
    }

    /// The codes as `CodeTable.lookUp3` wants them: eight, twice, or three and one that does not occur.
    @inline(__always)
    static var codes: SIMD16<Float> {
        codeCount == 8
            ? SIMD16(0, 1, 2, 3, 0, 1, 2, 3, 0, 1, 2, 3, 0, 1, 2, 3)
            : SIMD16(0, 1, 2, 3, 4, 5, 6, 7, 0, 1, 2, 3, 4, 5, 6, 7)
    }
}

/// What codes stand for: first + step * code, times a scale.
struct CodeValues {
    let first: Float
    let step: Float
}

/// The points of a lattice, and which entries of a grid are near them.
///
/// An entry is a word as found in `GridNeighbours.points`, or one of the neighbours, without `GridNeighbours.isEntry`.
struct LatticeTable<Shape: EntryShape> {
    private let points: UnsafePointer<UInt32>
    private let neighbours: UnsafePointer<UInt16>

    @inline(__always)
    init(_ table: GridNeighbours) { (points, neighbours) = (table.points, table.neighbours) }

    /// The entry whose codes are all zero; every grid has one.
    @inline(__always) var zero: UInt32 { points[0] }

    /// The numbers of the points at some codes, each from 0 to the shape's last level.
    @inline(__always)
    func points(_ codes: (Int) -> SIMD16<Float>) -> SIMD16<UInt32> {
        var number = codes(0)
        var place = Shape.levels
        for index in 1..<Shape.codeCount {
            number += codes(index) * place
            place *= Shape.levels
        }
        return words(number)
    }

    /// The indices of grid entries.
    @inline(__always)
    func indices(of entries: SIMD16<UInt32>) -> SIMD16<UInt32> {
        let numbers = points {
            floats((entries &>> Shape.shift($0)) & UInt32(truncatingIfNeeded: Shape.codeCount == 8 ? 3 : 7))
        }
        var indices = SIMD16<UInt32>.zero
        for lane in 0..<16 { indices[lane] = points[Int(numbers[lane])] &>> 16 & 0x7fff }
        return indices
    }

    /// The entry for the point `number`: its own, or of its neighbours the one of least Σ weight * error².
    /// - Parameters:
    ///   - numbers: what the entry's values should be, 16 floats apart.
    ///   - weights: likewise.
    @inline(__always)
    func entry(
        _ number: UInt32, values: CodeValues, scale: Float, numbers: UnsafePointer<Float>,
        weights: UnsafePointer<Float>
    ) -> UInt32 {
        let point = points[Int(number)]
        guard point & GridNeighbours.isEntry == 0 else { return point }
        return Self.nearest(
            neighbours + Int(point &>> 8) &* 16, count: Int(point & 0xff), values, scale, numbers, weights)
    }

    /// Lanes are neighbours. What a code costs at a place is looked up.
    /// - Parameter count: of vectors.
    @inline(never)
    private static func nearest(
        _ list: UnsafePointer<UInt16>, count: Int, _ values: CodeValues, _ scale: Float,
        _ numbers: UnsafePointer<Float>, _ weights: UnsafePointer<Float>
    ) -> UInt32 {
        let values = (Shape.codes * values.step + values.first) * scale
        var leastError = SIMD16<Float>(repeating: .infinity)
        var place = SIMD16<UInt32>(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15)
        var places = place
        for vector in 0..<count {
            let halves = UnsafeRawPointer(list + vector &* 16).loadUnaligned(as: SIMD16<UInt16>.self)
            var entries = SIMD16<UInt32>.zero
            for lane in 0..<16 { entries[lane] = UInt32(halves[lane]) }
            var error = SIMD16<Float>.zero
            for index in 0..<Shape.codeCount {
                let difference = values - numbers[index &* 16]
                let costs = CodeTable(weights[index &* 16] * difference * difference)
                error += costs.lookUp3(entries &>> Shape.shift(index))
            }
            let isLess = error .< leastError
            leastError.replace(with: error, where: isLess)
            places.replace(with: place, where: isLess)
            place = place &+ 16
        }
        return UInt32(list[placeOfLeast(leastError, places)])
    }
}

/// The smallest of the places with the least error. Errors are not negative, so that their bits are in their order; one
/// that is not a number is the largest.
@inline(__always)
private func placeOfLeast(_ errors: SIMD16<Float>, _ places: SIMD16<UInt32>) -> Int {
    @inline(__always)
    func key(_ lane: Int) -> UInt64 { UInt64(errors[lane].bitPattern) &<< 32 | UInt64(places[lane]) }
    var eight = SIMD8<UInt64>.zero
    for lane in 0..<8 { eight[lane] = min(key(lane), key(lane &+ 8)) }
    var four = SIMD4<UInt64>.zero
    for lane in 0..<4 { four[lane] = min(eight[lane], eight[lane &+ 4]) }
    return Int(min(min(four[0], four[1]), min(four[2], four[3])) & 0xffff_ffff)
}
