internal import Foundation

/// An expected.json: the reference's answers for a target and its drafter.
struct ExpectedPair {
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
        /// Drafted and accepted of each round.
        let rounds: [[Int]]
    }
}

extension ExpectedPair {
    /// Numbers of drafts in a round that a reference may ask for.
    private static let draftCounts = 0...1024

    /// What the file has, before it is checked.
    private struct Content: Decodable {
        let target: String?
        let assistant: String?
        let prompt: [Int32]
        let logits: [[Float]]
        let hidden: [[Float]]
        let greedy: [Int32]
        let drafts: [Chain]
        let speculative: [String: Speculation]
    }

    /// - Parameter path: what errors call the text.
    /// - Throws: `CheckError.invalidReference`.
    init(json: Data, path: String) throws(CheckError) {
        func failure(_ reason: String) -> CheckError { .invalidReference(path: path, reason: reason) }
        let content = try decodeJSON(Content.self, json, path: path)
        let rows = max(content.logits.count, content.hidden.count)
        guard content.prompt.count >= max(rows, 1) else {
            throw failure("a prompt of \(content.prompt.count) tokens; expected one at least, and one for each row")
        }
        var speculative: [Int: Speculation] = [:]
        for (key, value) in content.speculative {
            guard let drafts = Int(key), Self.draftCounts.contains(drafts) else {
                throw failure("\"\(key)\" is no number of drafts; expected 0 to \(Self.draftCounts.upperBound)")
            }
            speculative[drafts] = value
        }
        target = content.target
        assistant = content.assistant
        prompt = content.prompt
        logits = content.logits
        hidden = content.hidden
        greedy = content.greedy
        drafts = content.drafts
        self.speculative = speculative
    }
}
