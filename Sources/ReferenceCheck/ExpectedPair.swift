/// An expected.json: the reference's answers for a target and its drafter.
struct ExpectedPair: Decodable {
    /// Paths relative to the folder; the files lie beside it where absent.
    let target: String?
    let assistant: String?
    let prompt: [Int32]
    /// Of the last prompt positions.
    let logits: [[Float]]
    let hidden: [[Float]]
    /// Prompt plus the greedy continuation.
    let greedy: [Int32]
    let drafts: [Chain]
    /// By the number of drafts in a round.
    let speculative: [String: Speculation]

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
        /// Drafted and accepted of each round.
        let rounds: [[Int]]
    }
}
