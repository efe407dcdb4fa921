internal import Foundation

/// The content of an expected.json: the reference's answers for a target and its drafter.
struct ExpectedPair: Decodable {
    /// Paths relative to the folder; nil for the default names.
    let target: String?
    let assistant: String?
    let prompt: [Int32]
    /// Of the last prompt positions.
    let logits: [[Float]]
    let hidden: [[Float]]
    /// Prompt plus the greedy continuation.
    let greedy: [Int32]
    let drafts: [Chain]
    /// By the number of drafts per round.
    let speculative: [Int: Speculation]

    /// The drafter's greedy chain after `ids`.
    struct Chain: Decodable {
        let ids: [Int32]
        let steps: [Step]
    }

    struct Step: Decodable {
        let token: Int32
        let hidden: [Float]
    }

    struct Speculation: Decodable {
        let ids: [Int32]
        /// The numbers of drafted and of accepted tokens in each round.
        let rounds: [[Int]]
    }
}

extension ExpectedPair {
    /// The numbers of drafts per round that a reference may ask for.
    private static let draftCounts = 0...1024

    /// - Parameter path: the name of the text in error messages.
    /// - Throws: `CheckError.invalidReference`.
    init(json: Data, path: String) throws(CheckError) {
        func failure(_ reason: String) -> CheckError { .invalidReference(path: path, reason: reason) }
        self = try decodeJSON(Self.self, json, path: path)
        guard prompt.count >= max(logits.count, hidden.count, 1) else {
            throw failure("the prompt has \(prompt.count) tokens; expected at least one, and one for each row")
        }
        if let drafts = speculative.keys.first(where: { !Self.draftCounts.contains($0) }) {
            throw failure("\(drafts) drafts per round; expected 0 to \(Self.draftCounts.upperBound)")
        }
    }
}
