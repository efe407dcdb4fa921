/// How configurations lead to others.
extension ConfigurationTable {
    /// A way to read a byte, from anywhere in a configuration.
    struct Arc {
        let classes: ClosedRange<UInt8>
        let target: Int32
        let pushed: Range<Int32>
        /// The head of a counted repetition that another round of begins.
        let round: Frame?
        let stack: Int32
    }

    struct TokenArc {
        let set: Int32
        let target: Int32
        let pushed: Range<Int32>
        let round: Frame?
        let stack: Int32
    }

    /// Fills `arcs` with all ways to read a byte, and `tokenArcs` with those to read a token.
    mutating func findArcs(of number: Int32) throws(ConstraintError) {
        queue.removeAll(keepingCapacity: true)
        queue.append(contentsOf: items(of: number))
        try findArcs()
    }

    /// The same for the items in `queue`.
    mutating func findArcs() throws(ConstraintError) {
        arcs.removeAll(keepingCapacity: true)
        tokenArcs.removeAll(keepingCapacity: true)
        var visited: Set<Item> = []
        while let item = queue.popLast() {
            let frame = item.frame
            if frame == .bottom { continue }
            let isFinal: Bool
            if case .loop(let number, let next) = program.states[Int(frame.state)] {
                let loop = program.loops[Int(number)]
                if loop.max.map({ frame.count < $0 }) ?? true {
                    let round = Frame(frame.state, count: loop.count(after: frame.count))
                    _ = try addArcs(of: loop.body, round: round, stack: item.stack)
                }
                isFinal = frame.count < loop.min ? false : try addArcs(of: next, round: nil, stack: item.stack)
            } else {
                isFinal = try addArcs(of: frame.state, round: nil, stack: item.stack)
            }
            try count(1)
            guard arcs.count <= Self.mostItems * 4 else {
                throw .tooLarge(what: "ways to read the text", limit: Self.mostItems)
            }
            guard isFinal else { continue }
            // What may be left is left.
            for below in stacks.top(of: item.stack) where visited.insert(below).inserted { queue.append(below) }
        }
    }

    /// - Returns: whether the rule of the state may be left.
    mutating func addArcs(of state: Int32, round: Frame?, stack: Int32) throws(ConstraintError) -> Bool {
        let closure = try closures.closure(of: state)
        for place in closure.bytes {
            let arc = closures.byteArcs[Int(place)]
            arcs.append(
                Arc(classes: arc.classes, target: arc.target, pushed: arc.pushed, round: round, stack: stack))
        }
        for place in closure.tokens {
            let arc = closures.tokenArcs[Int(place)]
            tokenArcs.append(
                TokenArc(set: arc.set, target: arc.target, pushed: arc.pushed, round: round, stack: stack))
        }
        return closure.isFinal
    }

    /// Adds what an arc leads to, to `news`.
    mutating func follow(
        _ target: Int32, pushed: Range<Int32>, round: Frame?, on stack: Int32
    ) throws(ConstraintError) {
        // The frame on top is not put on the stack, and what is complete is left at once.
        var top = round
        var stack = stack
        for place in pushed {
            if let frame = top {
                guard let higher = try push(frame, on: stack) else { return }
                stack = higher
            }
            top = closures.frames[Int(place)]
        }
        if target != Program.end {
            if let frame = top {
                guard let higher = try push(frame, on: stack) else { return }
                stack = higher
            }
            news.append(Item(Frame(target), stack))
        } else if let frame = top {
            news.append(Item(frame, stack))
        } else {
            news.append(contentsOf: stacks.top(of: stack))
        }
    }

    mutating func push(_ frame: Frame, on stack: Int32) throws(ConstraintError) -> Int32? {
        let mayEnd = stacks.mayEnd(stack) ? try mayLeave(frame) : false
        return stacks.push(frame, on: stack, mayEnd: mayEnd, length: program.length(of: frame))
    }

    mutating func mayLeave(_ frame: Frame) throws(ConstraintError) -> Bool {
        if frame == .bottom { return true }
        if case .loop(let number, let next) = program.states[Int(frame.state)] {
            guard frame.count >= program.loops[Int(number)].min else { return false }
            return try closures.closure(of: next).isFinal
        }
        return try closures.closure(of: frame.state).isFinal
    }
}
