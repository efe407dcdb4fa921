extension Renderer {
    func execute(_ loop: Loop) throws(TemplateError) {
        let sequence = try evaluate(loop.sequence)
        place = loop.place
        try run(loop, over: sequence, in: activation, depth0: 0)
    }

    /// - Parameter activation: where the loop stands.
    private func run(
        _ loop: Loop, over sequence: Value, in activation: Activation, depth0: Int
    ) throws(TemplateError) {
        try charge(Footprint.objectSteps)
        try claim(Footprint.loop)
        let source: LoopSource =
            if case .range(let range) = sequence { .range(range) } else { .elements(try elements(of: sequence)) }
        let state = LoopState(loop, over: source, in: activation, depth0: depth0)
        if loop.loopName != nil { _ = try checked(.loop(state)) }
        var isUnfinished = true
        while let element = try nextElement(of: state) {
            try charge()
            let flow = try inScope(loop.scope, parent: activation) { () throws(TemplateError) -> Flow in
                if let name = loop.loopName { store(.loop(state), in: name) }
                place = loop.place
                try assign(element, to: loop.target)
                return try execute(loop.body)
            }
            if flow == .breakLoop { break }
            // Jinja takes a round that ends early for none.
            if flow == .next { isUnfinished = false }
        }
        if isUnfinished, let otherwise = loop.otherwise {
            try inScope(otherwise.scope, parent: activation) { () throws(TemplateError) in
                _ = try execute(otherwise.body)
            }
        }
    }

    /// `loop(children)` within a recursive loop: what it prints.
    func recurse(_ state: LoopState, over sequence: Value) throws(TemplateError) -> Value {
        guard state.loop.isRecursive else { throw error(.type("the loop is not marked as recursive")) }
        try beginCall()
        defer { endCall() }
        return .text(
            try capture { () throws(TemplateError) in
                try run(state.loop, over: sequence, in: state.activation, depth0: state.depth0 + 1)
            })
    }

    // MARK: - Elements

    private func nextElement(of state: LoopState) throws(TemplateError) -> Value? {
        let next: Value?
        if let ahead = state.ahead {
            state.ahead = nil
            next = ahead
        } else {
            next = try pull(state)
        }
        guard let next else { return nil }
        state.beginRound(with: next)
        return next
    }

    /// The next element that passes the test. Jinja tests an element only when it is wanted, and what the rounds before
    /// did can matter to it.
    private func pull(_ state: LoopState) throws(TemplateError) -> Value? {
        while let element = state.takeFirst() {
            guard let filter = state.filter else { return element }
            try charge()
            let outer = activation
            activation = state.activation
            defer { activation = outer }
            let passes = try inScope(filter.scope) { () throws(TemplateError) in
                try assign(element, to: filter.target)
                return try evaluate(filter.test).isTrue
            }
            if passes { return element }
        }
        return nil
    }

    private func peek(_ state: LoopState) throws(TemplateError) -> Value? {
        if state.ahead == nil { state.ahead = try pull(state) }
        return state.ahead
    }

    func length(of state: LoopState) throws(TemplateError) -> Int {
        if let length = state.length { return length }
        var left = state.ahead.map { [$0] } ?? []
        while let element = try pull(state) {
            try claim(Footprint.addedElement)
            left.append(element)
        }
        state.finishTesting(left)
        return state.length ?? 0
    }

    // MARK: - Members

    func member(_ name: Text, of state: LoopState) throws(TemplateError) -> Value {
        switch name.string {
        case "index": return .integer(state.index0 + 1)
        case "index0": return .integer(state.index0)
        case "revindex": return .integer(try length(of: state) - state.index0)
        case "revindex0": return .integer(try length(of: state) - state.index0 - 1)
        case "first": return .bool(state.isFirst)
        case "last": return .bool(try peek(state) == nil)
        case "length": return .integer(try length(of: state))
        case "depth": return .integer(state.depth0 + 1)
        case "depth0": return .integer(state.depth0)
        case "previtem": return state.isFirst ? .undefined(Undefined(.loopItem)) : state.previous ?? .none
        case "nextitem": return try peek(state) ?? .undefined(Undefined(.loopItem))
        case "cycle": return .method(BoundMethod(.loop(state), "cycle"))
        case "changed": return .method(BoundMethod(.loop(state), "changed"))
        default: return .undefined(Undefined(.member, name))
        }
    }
}
