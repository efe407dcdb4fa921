/// The variable `loop`, and what is left to go over.
final class LoopState {
    private var source: LoopSource
    private var position = 0
    /// An element that was looked at ahead of its round.
    var ahead: Value?
    private(set) var previous: Value?
    private(set) var current: Value?
    private(set) var index0 = -1
    /// Known from the beginning if there is no test.
    private(set) var length: Int?
    /// The test of the elements that are left.
    private(set) var filter: (target: Target, test: Expression, scope: Int)?
    /// Where the loop stands, which its test sees.
    let activation: Activation
    let loop: Loop
    /// Of loops that call themselves, from 0.
    let depth0: Int
    let depth: Int32
    var lastChanged: [Value]?

    init(_ loop: Loop, over source: LoopSource, in activation: Activation, depth0: Int) {
        self.loop = loop
        self.source = source
        self.activation = activation
        self.depth0 = depth0
        filter = loop.filter
        length = filter == nil ? source.count : nil
        depth = source.depth + 1
    }

    /// The next element, whether it passes the test or not.
    func takeFirst() -> Value? {
        guard position < source.count else { return nil }
        position += 1
        return source[position - 1]
    }

    func beginRound(with element: Value) {
        index0 += 1
        (previous, current) = (current, element)
    }

    /// - Parameter left: all elements that are left and pass the test.
    func finishTesting(_ left: [Value]) {
        length = index0 + 1 + left.count
        (source, position, filter, ahead) = (.elements(left), 0, nil, nil)
    }

    /// For `if loop`: how many elements there are at least.
    var count: Int { length ?? source.count }
    var isFirst: Bool { index0 == 0 }
}

/// What a loop goes over. A range needs no array.
enum LoopSource {
    case elements([Value])
    case range(IntegerRange)

    var count: Int {
        switch self {
        case .elements(let elements): elements.count
        case .range(let range): range.count
        }
    }

    /// Of the elements: containers within one another.
    var depth: Int32 {
        switch self {
        case .elements(let elements): elements.reduce(0) { max($0, $1.depth) }
        case .range: 0
        }
    }

    subscript(index: Int) -> Value {
        switch self {
        case .elements(let elements): elements[index]
        case .range(let range): .integer(range[index])
        }
    }
}
