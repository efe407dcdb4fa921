/// The fewest bytes and tokens that complete a rule from each state of a program: shortest paths, where a call adds up
/// two of them (Knuth, "A Generalization of Dijkstra's Algorithm", 1977).
struct ShortestTexts {
    private let program: Program
    private(set) var lengths: [Int32]
    /// States to look at again once a state is known, as lists: `first` is where each begins.
    private var first: [Int32]
    private var dependents: [(state: Int32, next: Int32)] = []
    private var queue = Queue()

    static func lengths(_ program: Program) -> [Int32] {
        var texts = ShortestTexts(program)
        texts.run()
        return texts.lengths
    }

    private init(_ program: Program) {
        self.program = program
        lengths = Array(repeating: Program.endless, count: program.states.count)
        first = Array(repeating: -1, count: program.states.count)
        for (place, state) in program.states.enumerated() {
            let place = Int32(place)
            switch state {
            case .end: break
            case .bytes(let edges):
                for edge in program.edges[Int(edges.lowerBound)..<Int(edges.upperBound)] { depend(place, edge.target) }
            case .split(let targets):
                for target in program.targets[Int(targets.lowerBound)..<Int(targets.upperBound)] {
                    depend(place, target)
                }
            case .call(let rule, let next):
                depend(place, program.entries[Int(rule)])
                depend(place, next)
            case .token(_, let next): depend(place, next)
            case .loop(let loop, let next):
                depend(place, program.loops[Int(loop)].body)
                depend(place, next)
            }
        }
    }

    private mutating func depend(_ state: Int32, _ on: Int32) {
        dependents.append((state, first[Int(on)]))
        first[Int(on)] = Int32(dependents.count - 1)
    }

    private mutating func run() {
        queue.push(0, Program.end)
        while let (length, state) = queue.pop() {
            guard lengths[Int(state)] == Program.endless else { continue }
            lengths[Int(state)] = length
            var place = first[Int(state)]
            while place >= 0 {
                let (dependent, next) = dependents[Int(place)]
                if lengths[Int(dependent)] == Program.endless {
                    let candidate = self.length(of: program.states[Int(dependent)], after: state)
                    if candidate < Program.endless { queue.push(candidate, dependent) }
                }
                place = next
            }
        }
    }

    /// The length from `state`, by way of `target` where it may choose.
    private func length(of state: Program.State, after target: Int32) -> Int32 {
        let known = lengths[Int(target)]
        return switch state {
        case .end: 0
        case .bytes, .token: min(Program.endless, known + 1)
        case .split: known
        case .call(let rule, let next):
            min(Program.endless, lengths[Int(program.entries[Int(rule)])] + lengths[Int(next)])
        case .loop(let loop, let next):
            min(Program.endless, program.loops[Int(loop)].length(after: 0, lengths) + lengths[Int(next)])
        }
    }

    /// A heap of lengths, the smallest first.
    private struct Queue {
        private var heap: [(length: Int32, state: Int32)] = []

        mutating func push(_ length: Int32, _ state: Int32) {
            heap.append((length, state))
            var child = heap.count - 1
            while child > 0, heap[(child - 1) / 2].length > heap[child].length {
                heap.swapAt(child, (child - 1) / 2)
                child = (child - 1) / 2
            }
        }

        mutating func pop() -> (length: Int32, state: Int32)? {
            guard let top = heap.first, let last = heap.popLast() else { return nil }
            if heap.isEmpty { return top }
            heap[0] = last
            var parent = 0
            while true {
                var child = 2 * parent + 1
                guard child < heap.count else { return top }
                if child + 1 < heap.count, heap[child + 1].length < heap[child].length { child += 1 }
                guard heap[child].length < heap[parent].length else { return top }
                heap.swapAt(child, parent)
                parent = child
            }
        }
    }
}
