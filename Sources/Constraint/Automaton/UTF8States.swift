/// States that read one character of a class, in UTF-8.
struct UTF8States {
    /// States that read the last bytes of a character. Characters share them: most classes hold whole blocks, whose
    /// last bytes are all possible ones.
    private var tails: [Tail: Int32] = [:]

    private struct Tail: Hashable {
        /// The last bytes, six bits of each, as numbers.
        let ranges: [ClosedRange<UInt32>]
        /// How many bytes they are.
        let length: Int
        let next: Int32
    }

    /// The edges that read a character of `characters` and lead to `next`.
    /// - Parameter add: makes a state of edges.
    mutating func edges(
        _ characters: CharacterClass, next: Int32,
        add: ([Program.Edge]) throws(ConstraintError) -> Int32
    ) throws(ConstraintError) -> [Program.Edge] {
        var edges: [Program.Edge] = []
        // The characters that take 1 to 4 bytes, and what is added to the first bits to make the first byte.
        let lengths: [(characters: ClosedRange<UInt32>, mark: UInt32)] = [
            (0...0x7F, 0), (0x80...0x7FF, 0xC0), (0x800...0xFFFF, 0xE0), (0x10000...0x10FFFF, 0xF0),
        ]
        for (tailLength, (all, mark)) in lengths.enumerated() {
            let ranges = characters.ranges.filter { $0.overlaps(all) }.map { $0.clamped(to: all) }
            if ranges.isEmpty { continue }
            edges += try self.edges(ranges, mark: mark, tailLength: tailLength, next: next, add: add)
        }
        return edges
    }

    /// Edges of the first byte of `ranges`, numbers whose last bits are `tailLength` more bytes.
    private mutating func edges(
        _ ranges: [ClosedRange<UInt32>], mark: UInt32, tailLength: Int, next: Int32,
        add: ([Program.Edge]) throws(ConstraintError) -> Int32
    ) throws(ConstraintError) -> [Program.Edge] {
        let bits = UInt32(6 * tailLength)
        let everyTail = 0...(UInt32(1) << bits) - 1
        // The tails of each first byte, or of several in a row that all have every tail.
        var firsts: [(bytes: ClosedRange<UInt32>, tails: [ClosedRange<UInt32>])] = []
        func append(_ bytes: ClosedRange<UInt32>, _ tail: ClosedRange<UInt32>) {
            if let last = firsts.last, last.bytes == bytes {
                firsts[firsts.count - 1].tails.append(tail)
            } else {
                firsts.append((bytes, [tail]))
            }
        }
        for range in ranges {
            var start = range.lowerBound
            while start <= range.upperBound {
                let first = start >> bits
                let tail = start & everyTail.upperBound
                let lastFirst = range.upperBound >> bits
                let lastTail = range.upperBound & everyTail.upperBound
                if tail == 0, lastFirst > first || lastTail == everyTail.upperBound {
                    let last = lastTail == everyTail.upperBound ? lastFirst : lastFirst - 1
                    append(first...last, everyTail)
                    start = (last + 1) << bits
                } else {
                    let end = first == lastFirst ? lastTail : everyTail.upperBound
                    append(first...first, tail...end)
                    start = (first << bits | end) + 1
                }
            }
        }
        var edges: [Program.Edge] = []
        for (bytes, tails) in firsts {
            let target = try tail(tails, length: tailLength, next: next, add: add)
            let (low, high) = (UInt8(mark + bytes.lowerBound), UInt8(mark + bytes.upperBound))
            if let last = edges.last, last.target == target, last.high + 1 == low {
                edges[edges.count - 1] = Program.Edge(low: last.low, high: high, target: target)
            } else {
                edges.append(Program.Edge(low: low, high: high, target: target))
            }
        }
        return edges
    }

    /// The state that reads the last `length` bytes of a character.
    private mutating func tail(
        _ ranges: [ClosedRange<UInt32>], length: Int, next: Int32,
        add: ([Program.Edge]) throws(ConstraintError) -> Int32
    ) throws(ConstraintError) -> Int32 {
        if length == 0 { return next }
        let tail = Tail(ranges: ranges, length: length, next: next)
        if let known = tails[tail] { return known }
        let state = try add(edges(ranges, mark: 0x80, tailLength: length - 1, next: next, add: add))
        tails[tail] = state
        return state
    }
}
