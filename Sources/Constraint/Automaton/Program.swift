/// A grammar as states that bytes and tokens lead between, like the code of a machine with a stack of return addresses.
///
/// Rules that call each other need the stack; repetitions with bounds put their counts on it. So the number of states
/// does not depend on how often something may be repeated. `ConfigurationTable` runs it.
struct Program: Sendable {
    /// What can be done in a state. Ranges are of `edges` and `targets`.
    enum State: Sendable {
        /// A rule, or the body of a repetition, is complete.
        case end
        /// Reads a byte of one of the edges.
        case bytes(edges: Range<Int32>)
        /// Goes on in any of these states.
        case split(targets: Range<Int32>)
        /// Goes on in the rule, then in `next`.
        case call(rule: Int32, next: Int32)
        /// Reads one token of the set `tokenSets[set]`.
        case token(set: Int32, next: Int32)
        /// Goes on in the body of `loops[loop]`, or in `next`, as the count allows.
        case loop(Int32, next: Int32)
    }

    struct Edge: Sendable, Hashable {
        let low: UInt8
        let high: UInt8
        let target: Int32
    }

    /// A repetition whose rounds are counted. Rounds that read nothing do not count.
    struct Loop: Sendable {
        let body: Int32
        let min: Int32
        /// Nil for any number.
        let max: Int32?
        /// Characters of these kinds are a whole round.
        let kinds: CharacterKinds
        /// Whether characters of these kinds are nothing but whole rounds.
        let isByCharacters: Bool

        /// The fewest bytes and tokens of the rounds that are missing after `rounds`.
        func length(after rounds: Int32, _ lengths: [Int32]) -> Int32 {
            let missing = Int64(Swift.max(0, min - rounds))
            return Int32(Swift.min(Int64(Program.endless), missing * Int64(lengths[Int(body)])))
        }
    }

    /// The length of texts that never end: more than any other, and small enough to be added up.
    static let endless: Int32 = 1 << 29

    /// The state `end`; all rules share it.
    static let end: Int32 = 0

    var states: [State] = [.end]
    var edges: [Edge] = []
    var targets: [Int32] = []
    var tokenSets: [TokenSet] = []
    var loops: [Loop] = []
    /// Where each rule begins.
    var entries: [Int32] = []
    var isNullable: [Bool] = []
    var start: Int32 = 0
    /// The fewest bytes and tokens to `end` from each state.
    var lengths: [Int32] = []
    /// States from which any number of characters of these kinds may be read.
    var selfLoops: [Int32: CharacterKinds] = [:]

    /// The class of each byte: bytes of one class lead to the same states everywhere. Classes are ranges of bytes, in
    /// rising order.
    var classes: [UInt8] = []
    var classCount: Int { Int(classes[255]) + 1 }
    /// The byte of each class that has only one.
    private(set) var onlyBytes: [UInt8?] = []

    /// The fewest bytes and tokens that complete the rule from `frame` on.
    func length(of frame: Frame) -> Int32 {
        if frame == .bottom { return 0 }
        guard case .loop(let loop, let next) = states[Int(frame.state)] else { return lengths[Int(frame.state)] }
        return min(
            Program.endless, loops[Int(loop)].length(after: frame.count, lengths) + lengths[Int(next)])
    }

    mutating func findClasses() {
        var isFirst = [Bool](repeating: false, count: 257)
        for edge in edges {
            isFirst[Int(edge.low)] = true
            isFirst[Int(edge.high) + 1] = true
        }
        var number: UInt8 = 0
        classes = (0..<256).map { byte in
            if byte > 0, isFirst[byte] { number += 1 }
            return number
        }
        onlyBytes = Array(repeating: nil, count: classCount)
        for byte in UInt8.min...UInt8.max {
            let number = classes[Int(byte)]
            let isAlone = [byte &- 1, byte &+ 1].allSatisfy { classes[Int($0)] != number }
            if isAlone { onlyBytes[Int(number)] = byte }
        }
    }
}
