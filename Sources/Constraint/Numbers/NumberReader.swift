/// Which numbers are wanted of a range, and how they are written.
enum NumberNotation: Sendable, Hashable {
    /// `-?(0|[1-9][0-9]*)`, but not -0.
    case integers(divisor: Int, excludesZero: Bool = false)
    /// The same, and -0, with an optional `.[0-9]+`.
    case decimals
}

/// The automaton that reads the numbers of a range, for `CharacterAutomaton`.
struct NumberReader {
    private let notation: NumberNotation
    private let positive: NumberRange?
    private let negative: NumberRange?

    init(range: NumberRange, notation: NumberNotation) {
        self.notation = notation
        positive = range.magnitudes(isNegative: false)
        negative = range.magnitudes(isNegative: true)
    }

    struct State: Hashable {
        enum Part: Hashable {
            case start, sign, zero, integer, point, fraction
        }
        var part: Part
        var isNegative = false
        /// Of the digits so far, if there is a bound.
        var lower: BoundComparison?
        var upper: BoundComparison?
        /// Of the digits so far, divided by the divisor.
        var remainder = 0

        static let start = State(part: .start)
    }

    func isFinal(_ state: State) -> Bool {
        guard [.zero, .integer, .fraction].contains(state.part), state.remainder == 0,
            let range = state.isNegative ? negative : positive
        else { return false }
        if case .integers(_, true) = notation, state.part == .zero { return false }
        if let bound = range.lower, let lower = state.lower {
            let order = lower.order(bound: bound.value)
            if order == .less || order == .equal && bound.isExclusive { return false }
        }
        if let bound = range.upper, let upper = state.upper {
            let order = upper.order(bound: bound.value)
            if order == .greater || order == .equal && bound.isExclusive { return false }
        }
        return true
    }

    func transitions(_ state: State) -> [(characters: CharacterClass, target: State)] {
        switch state.part {
        case .start:
            var transitions = positive.map { digits(1...9, from: begun(state, within: $0)) } ?? []
            transitions += positive.map { digits(0...0, from: begun(state, within: $0)) } ?? []
            if let negative {
                var target = begun(state, within: negative)
                // Where the sign makes no difference, it is forgotten.
                (target.part, target.isNegative) = (.sign, negative != positive)
                transitions.append((CharacterClass("-"), target))
            }
            return transitions
        case .sign: return digits(notation == .decimals ? 0...9 : 1...9, from: state)
        case .zero: return points(from: state)
        case .integer: return digits(0...9, from: state) + points(from: state)
        case .point, .fraction: return digits(0...9, from: state)
        }
    }

    private func begun(_ state: State, within range: NumberRange) -> State {
        var state = state
        state.lower = range.lower.map { _ in .start }
        state.upper = range.upper.map { _ in .start }
        return state
    }

    private func digits(
        _ digits: ClosedRange<UInt8>, from state: State
    ) -> [(characters: CharacterClass, target: State)] {
        let range = state.isNegative ? negative : positive
        return digits.compactMap { digit in
            var target = state
            switch state.part {
            case .start, .sign, .zero: target.part = digit == 0 ? .zero : .integer
            case .integer: break
            case .point, .fraction: target.part = .fraction
            }
            if let bound = range?.lower { target.lower?.append(digit, bound: bound.value) }
            if let bound = range?.upper { target.upper?.append(digit, bound: bound.value) }
            if case .integers(let divisor, _) = notation {
                target.remainder = (state.remainder * 10 + Int(digit)) % divisor
            }
            // No more digits make a number that is too large smaller.
            if target.upper == .settled(.greater) { return nil }
            return (CharacterClass(Unicode.Scalar(UInt8(ascii: "0") + digit)), target)
        }
    }

    private func points(from state: State) -> [(characters: CharacterClass, target: State)] {
        guard notation == .decimals else { return [] }
        let range = state.isNegative ? negative : positive
        var target = state
        target.part = .point
        if let bound = range?.lower { target.lower?.endInteger(bound: bound.value) }
        if let bound = range?.upper { target.upper?.endInteger(bound: bound.value) }
        return [(CharacterClass("."), target)]
    }
}
