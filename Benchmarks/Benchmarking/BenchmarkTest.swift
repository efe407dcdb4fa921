internal import Speculative

/// Which head of the drafter a test scores tokens with.
package enum DraftHead: String, Sendable, CaseIterable {
    case ordered, dense
}

/// What is measured. Names are those of llama-bench where it has the test, so that figures pair up.
package enum BenchmarkTest: Sendable, Hashable {
    /// Reading `tokens` of a prompt.
    case prompt(tokens: Int, depth: Int)
    /// `passes` decodes of `rows` rows, the logits of all of which are wanted.
    case decode(passes: Int, rows: Int, depth: Int)
    /// Steps of the drafter.
    case draft(steps: Int, head: DraftHead, depth: Int)
    /// `tokens` of a text, decoded speculatively.
    case speculative(tokens: Int, plan: SpeculationPlan, depth: Int)

    /// Tokens that are in the cache before decoding, where fewer are asked for: a decode never begins a text.
    static let minimumDecodeDepth = 8
    /// Steps of a draft in `draft` tests.
    static let draftLength = 3
    /// What a round of a `speculative` test may write beyond the tokens asked for.
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

    /// Positions in the cache that `repetitions` of the test need.
    package func positionCount(repetitions: Int) -> Int {
        let start = max(depth, Self.minimumDecodeDepth)
        switch self {
        case .prompt(let tokens, _): return depth + tokens
        case .decode(let passes, let rows, _): return start + passes * rows
        case .draft(let steps, _, _): return start + steps / Self.draftLength + 2
        // A text under way is not taken back: each repetition goes on where the last one ended.
        case .speculative(let tokens, _, _): return start + 1 + (repetitions + 1) * (tokens + Self.roundTokens)
        }
    }
}
