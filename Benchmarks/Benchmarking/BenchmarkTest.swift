internal import Speculative

/// The head with which the drafter scores tokens.
package enum DraftHead: String, Sendable, CaseIterable {
    case ordered, dense
}

/// What is measured. Tests that llama-bench has too have the same names, so that results can be compared.
package enum BenchmarkTest: Sendable, Hashable {
    /// Reads a prompt of `tokens`.
    case prompt(tokens: Int, depth: Int)
    /// `passes` decodes of `rows` rows each, with the logits of all rows.
    case decode(passes: Int, rows: Int, depth: Int)
    /// Steps of the drafter.
    case draft(steps: Int, head: DraftHead, depth: Int)
    /// Decodes `tokens` of a text speculatively.
    case speculative(tokens: Int, plan: SpeculationPlan, depth: Int)

    /// The fewest tokens in the cache before decoding: a decode never begins a text.
    static let minimumDecodeDepth = 8
    /// Steps per draft in `draft` tests.
    static let draftLength = 3
    /// How many tokens a round of a `speculative` test may generate beyond those asked for.
    static let roundTokens = DraftLength.largest + 1

    package var depth: Int {
        switch self {
        case .prompt(_, let depth), .decode(_, _, let depth), .draft(_, _, let depth), .speculative(_, _, let depth):
            depth
        }
    }

    package var name: String {
        let name =
            switch self {
            case .prompt(let tokens, _): "pp\(tokens)"
            case .decode(let passes, 1, _): "tg\(passes)"
            case .decode(let passes, let rows, _): "tg\(passes)b\(rows)"
            case .draft(let steps, let head, _): "draft\(steps)-\(head)"
            case .speculative(let tokens, let plan, _): "mtp\(tokens)-\(plan.length)"
            }
        return depth > 0 ? "\(name)@d\(depth)" : name
    }

    /// Positions of the cache needed for `repetitions` of the test.
    package func positionCount(repetitions: Int) -> Int {
        let start = max(depth, Self.minimumDecodeDepth)
        switch self {
        case .prompt(let tokens, _): return depth + tokens
        case .decode(let passes, let rows, _): return start + passes * rows
        case .draft(let steps, _, _): return start + steps / Self.draftLength + 2
        // The text is not rewound: each repetition continues where the last one ended.
        case .speculative(let tokens, _, _): return start + 1 + (repetitions + 1) * (tokens + Self.roundTokens)
        }
    }
}
