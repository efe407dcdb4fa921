import Constraint

/// Draws texts that obey a grammar. The same seed gives the same texts.
struct SentenceGenerator {
    private let grammar: Grammar
    /// How many rules must be called within one another, at least, to complete a rule; nil for one that never ends.
    private let heights: [Int?]
    private var state: UInt64
    /// When this is used up, the shortest way out is taken.
    private var budget = 0

    init(_ grammar: Grammar, seed: UInt64) {
        (self.grammar, state) = (grammar, seed &* 0x9E37_79B9_7F4A_7C15 | 1)
        var heights = [Int?](repeating: nil, count: grammar.rules.count)
        while true {
            var changed = false
            for (place, rule) in grammar.rules.enumerated() where heights[place] == nil {
                guard let height = Self.height(rule.expression, heights) else { continue }
                heights[place] = height + 1
                changed = true
            }
            if !changed { break }
        }
        self.heights = heights
    }

    /// - Returns: nil if no text obeys the grammar.
    mutating func next() -> [TextSymbol]? {
        guard heights[grammar.root] != nil else { return nil }
        budget = 60
        var text: [TextSymbol] = []
        write(.rule(grammar.root), to: &text)
        return text
    }

    private static func height(_ expression: Expression, _ heights: [Int?]) -> Int? {
        switch expression {
        case .bytes: return 0
        case .characters(let characters): return characters.isEmpty ? nil : 0
        case .token(let tokens): return tokens.ids.isEmpty && !tokens.isNegated ? nil : 0
        case .sequence(let parts):
            var height = 0
            for part in parts {
                guard let other = Self.height(part, heights) else { return nil }
                height = max(height, other)
            }
            return height
        case .choice(let alternatives): return alternatives.compactMap { Self.height($0, heights) }.min()
        case .repetition(let part, let min, _): return min == 0 ? 0 : height(part, heights)
        case .rule(let rule): return heights[rule]
        }
    }

    private mutating func write(_ expression: Expression, to text: inout [TextSymbol]) {
        switch expression {
        case .bytes(let bytes): text += bytes.map(TextSymbol.byte)
        case .characters(let characters):
            text += UTF8.encode(scalar(of: characters)).map { $0.map(TextSymbol.byte) } ?? []
        case .token(let tokens):
            let id = tokens.isNegated ? (1000...).first(where: tokens.contains) : tokens.ids.min()
            text.append(.token(id ?? 0))
        case .sequence(let parts):
            for part in parts { write(part, to: &text) }
        case .choice(let alternatives):
            let possible = alternatives.compactMap { alternative in
                Self.height(alternative, heights).map { (alternative, $0) }
            }
            budget -= 1
            let low = possible.map(\.1).min() ?? 0
            let candidates = budget > 0 ? possible : possible.filter { $0.1 == low }
            write(candidates[random(below: candidates.count)].0, to: &text)
        case .repetition(let part, let min, let max):
            guard Self.height(part, heights) != nil else { return }
            let most = Swift.min(max ?? min + 3, min + 3)
            let count = budget > 0 ? min + random(below: most - min + 1) : min
            for _ in 0..<count { write(part, to: &text) }
        case .rule(let rule): write(grammar.rules[rule].expression, to: &text)
        }
    }

    /// Mostly one of ASCII.
    private mutating func scalar(of characters: CharacterClass) -> Unicode.Scalar {
        let ascii = characters.intersection(CharacterClass([0x20...0x7E]))
        let ranges = ascii.isEmpty || random(below: 8) == 0 ? characters.ranges : ascii.ranges
        let range = ranges[random(below: ranges.count)]
        return Unicode.Scalar(range.lowerBound + UInt32(random(below: range.count))) ?? "?"
    }

    private mutating func random(below limit: Int) -> Int {
        state ^= state << 13
        state ^= state >> 7
        state ^= state << 17
        return Int(state >> 33) % max(limit, 1)
    }
}
