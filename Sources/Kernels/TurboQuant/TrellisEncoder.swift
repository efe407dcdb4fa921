internal import TensorBase

/// Finds the row of symbols that codes 128 values with the least square error, by Viterbi's algorithm over the 512
/// states of `TrellisCodebook`.
///
/// A state is three symbols, the newest in the upper three bits. Of the states that differ in the oldest symbol only,
/// which the next state drops, the one of least cost survives. So a step needs the survivors' costs of 64 groups of
/// states, and gives the next 64: cost(state) = cost(group that it came from) + (value - entry)², and the least of each
/// eight. Only survivors are stored. Going back, the eight costs of a group are computed again, which takes less time
/// than keeping track of who survived.
///
/// Groups are in the order of `TrellisCodebook.lane(ofGroup:)`. Seen as a matrix by upper and lower symbol, each step
/// transposes it; in that order two shuffles of two vectors and one of quarters give a transposed vector.
enum TrellisEncoder {
    private static var length: Int { 128 }
    private static var groups: Int { 64 }

    /// - Parameters:
    ///   - values: 128, rotated, of norm 1.
    ///   - body: takes the symbol that precedes the values, of six bits, and the state of each value.
    static func encode(
        _ values: UnsafePointer<Float>, _ body: (_ prefix: Int, _ states: UnsafePointer<UInt16>) -> Void
    ) {
        let costBytes = (length + 1) * groups * MemoryLayout<Float>.stride
        withUnsafeTemporaryAllocation(
            byteCount: costBytes + length * MemoryLayout<UInt16>.stride, alignment: 64
        ) { memory in
            guard let base = memory.baseAddress else { return }
            let costs = base.assumingMemoryBound(to: Float.self)
            let states = (base + costBytes).assumingMemoryBound(to: UInt16.self)
            findCosts(of: values, into: costs)
            body(trace(values, costs, into: states), states)
        }
    }

    /// The survivors' costs before each value, and after the last one: `[129, 64]`.
    @inline(__always)
    private static func findCosts(of values: UnsafePointer<Float>, into costs: UnsafeMutablePointer<Float>) {
        let entries = TrellisCodebook.byDroppedSymbol
        var survivors = Survivors()
        survivors.store(to: costs)
        for index in 0..<length {
            survivors = survivors.next(value: One(repeating: values[index]), entries)
            survivors.store(to: costs + (index &+ 1) &* groups)
        }
    }

    /// Goes back from the state of least cost, the lowest of several.
    /// - Returns: the upper six bits of the state before the first value.
    @inline(__always)
    private static func trace(
        _ values: UnsafePointer<Float>, _ costs: UnsafePointer<Float>, into states: UnsafeMutablePointer<UInt16>
    ) -> Int {
        let entries = TrellisCodebook.values
        let last = costs + length &* groups
        var group = 0
        for other in 1..<groups
        where last[TrellisCodebook.lane(ofGroup: other)] < last[TrellisCodebook.lane(ofGroup: group)] {
            group = other
        }
        for index in (0..<length).reversed() {
            let least = costs[(index &+ 1) &* groups &+ TrellisCodebook.lane(ofGroup: group)]
            // The groups that the eight states came from are in two runs of four.
            let before = costs + (index &* groups &+ TrellisCodebook.lane(ofGroup: (group & 7) << 3))
            let from = SIMD8(
                lowHalf: UnsafeRawPointer(before).loadUnaligned(as: SIMD4<Float>.self),
                highHalf: UnsafeRawPointer(before + 8).loadUnaligned(as: SIMD4<Float>.self))
            let difference =
                SIMD8(repeating: values[index])
                - UnsafeRawPointer(entries + 8 &* group).loadUnaligned(as: SIMD8<Float>.self)
            let dropped = firstLane(of: from + difference * difference, equalTo: least)
            let state = group << 3 | dropped
            states[index] = UInt16(truncatingIfNeeded: state)
            group = state & 63
        }
        return group
    }

    /// The first lane that holds `value`; 0 if none does, because values are NaN.
    @inline(__always)
    private static func firstLane(of vector: SIMD8<Float>, equalTo value: Float) -> Int {
        let equal = vector .== SIMD8(repeating: value)
        var bits: UInt32 = 0
        for lane in 0..<8 { bits |= equal[lane] ? 1 << UInt32(lane) : 0 }
        return bits.trailingZeroBitCount & 7
    }
}

/// The least cost of each group of eight states.
///
/// It is generic for the linker's sake, as `VectorHalves` is.
private struct SurvivorsOf<Vector: SIMD> {
    var a: Vector
    var b: Vector
    var c: Vector
    var d: Vector
}

private typealias Survivors = SurvivorsOf<SIMD16<Float>>

extension SurvivorsOf where Vector == SIMD16<Float> {
    /// All zero.
    @inline(__always)
    init() { self.init(a: .zero, b: .zero, c: .zero, d: .zero) }

    @inline(__always)
    func store(to costs: UnsafeMutablePointer<Float>) {
        a.store(to: costs)
        b.store(to: costs + 16)
        c.store(to: costs + 32)
        d.store(to: costs + 48)
    }

    /// The survivors after another value.
    /// - Parameter entries: `TrellisCodebook.byDroppedSymbol`.
    @inline(__always)
    func next(value: One, _ entries: UnsafePointer<Float>) -> Self {
        // A quarter of each of these has the costs of states with one lowest symbol, by their middle symbol.
        let (first, second) = (Self.transposedLow(a, b), Self.transposedLow(c, d))
        let (third, fourth) = (Self.transposedHigh(a, b), Self.transposedHigh(c, d))
        @inline(__always)
        func costs(_ low: SIMD4<Float>, _ high: SIMD4<Float>, symbol: Int) -> Self {
            let from = One(lowHalf: SIMD8(lowHalf: low, highHalf: low), highHalf: SIMD8(lowHalf: high, highHalf: high))
            @inline(__always)
            func cost(_ vector: Int) -> One {
                let difference = value - One(entries + (64 &* symbol &+ 16 &* vector))
                return from + difference * difference
            }
            return Self(a: cost(0), b: cost(1), c: cost(2), d: cost(3))
        }
        var least = costs(first.lowHalf.lowHalf, second.lowHalf.lowHalf, symbol: 0)
        least.limit(to: costs(first.lowHalf.highHalf, second.lowHalf.highHalf, symbol: 1))
        least.limit(to: costs(first.highHalf.lowHalf, second.highHalf.lowHalf, symbol: 2))
        least.limit(to: costs(first.highHalf.highHalf, second.highHalf.highHalf, symbol: 3))
        least.limit(to: costs(third.lowHalf.lowHalf, fourth.lowHalf.lowHalf, symbol: 4))
        least.limit(to: costs(third.lowHalf.highHalf, fourth.lowHalf.highHalf, symbol: 5))
        least.limit(to: costs(third.highHalf.lowHalf, fourth.highHalf.lowHalf, symbol: 6))
        least.limit(to: costs(third.highHalf.highHalf, fourth.highHalf.highHalf, symbol: 7))
        return least
    }

    @inline(__always)
    private mutating func limit(to other: Self) {
        a.replace(with: other.a, where: other.a .< a)
        b.replace(with: other.b, where: other.b .< b)
        c.replace(with: other.c, where: other.c .< c)
        d.replace(with: other.d, where: other.d .< d)
    }

    /// Lower symbols 0 to 3 of four upper ones.
    @inline(__always)
    private static func transposedLow(_ x: One, _ y: One) -> One {
        One(
            x[0], x[4], y[0], y[4], x[1], x[5], y[1], y[5],
            x[2], x[6], y[2], y[6], x[3], x[7], y[3], y[7])
    }

    /// Lower symbols 4 to 7.
    @inline(__always)
    private static func transposedHigh(_ x: One, _ y: One) -> One {
        One(
            x[8], x[12], y[8], y[12], x[9], x[13], y[9], y[13],
            x[10], x[14], y[10], y[14], x[11], x[15], y[11], y[15])
    }
}
