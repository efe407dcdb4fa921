/// What passes over rows of several sequences cost, learned from those that were run, and what is best put into the
/// next one. Times are in seconds.
package struct PassCosts: Sendable {
    private var passes = CostCurve(sizes: Self.mostRows + 1, assumedSlope: Self.assumedRow)  // by rows of rounds
    private var steps = CostCurve(sizes: Self.mostSequences + 1, assumedSlope: Self.assumedRow)  // by sequences
    /// A row of a prompt beside them; nil before there was one.
    private var promptRow: Double?
    /// Rounds without drafts since drafts were last tried.
    private var plainRounds = 0

    /// Rows of rounds beyond which nothing is learned.
    private static let mostRows = 128
    private static let mostSequences = 32
    /// What a row more costs as a share of a pass, before anything is known.
    private static let assumedRow = 0.08
    /// What a step of a drafter costs as a share of a pass, likewise.
    private static let assumedStep = 0.03
    /// How much better than none drafts must look. The best of many estimates is often one that errs, and texts that
    /// draft end at different times, which leaves the last ones alone.
    private static let margin = 1.08
    /// Drafts of one sequence at most: later ones are too unlikely to pay for rows that others could have.
    private static let deepest = 8
    /// Drafts that seem not to pay are tried once in so many passes, if they seem to cost no more than `largestLoss`
    /// of one.
    private static let (trialInterval, largestLoss) = (48, 0.25)
    /// Rows of a prompt to begin with, while it is unknown what one costs.
    private static let firstPromptRows = 32
    /// By how much an average moves towards a measurement.
    private static let adjustment = 0.25

    package init() {}

    // MARK: - Drafts

    /// A sequence that may draft.
    package struct Candidate {
        /// Element i: the probability that draft i is accepted if those before it are.
        let acceptance: [Double]
        /// Drafts at most.
        let most: Int
        /// Drafts that are made in any case.
        let fixed: Int
    }

    /// How many drafts each of some sequences should make: those that promise the most tokens per second of all.
    package mutating func draftCounts(_ sequences: [Candidate]) -> [Int] {
        var counts = sequences.map(\.fixed)
        let fixed = counts.reduce(0, +)
        var rows = sequences.count + fixed
        guard sequences.contains(where: { $0.most > $0.fixed }), (1..<Self.mostRows).contains(rows), cost(rows) > 0
        else { return counts }

        var tokens = Double(sequences.count)
        var drafting = 0.0
        let plainRate = tokens / cost(rows)
        var best = (rate: plainRate * Self.margin, counts: counts)
        var second = (rate: 0.0, counts: counts)
        var chances = sequences.map { $0.acceptance.first ?? 0 }
        var perStep = [Int](repeating: 0, count: Self.deepest)
        while rows < Self.mostRows {
            let open = sequences.indices.filter { counts[$0] < min(sequences[$0].most, Self.deepest) }
            guard let next = open.max(by: { chances[$0] < chances[$1] }), chances[next] > 0.02 else { break }
            let depth = counts[next]
            drafting += stepCost(perStep[depth] + 1, rows) - stepCost(perStep[depth], rows)
            perStep[depth] += 1
            counts[next] += 1
            rows += 1
            tokens += chances[next]
            chances[next] *=
                sequences[next].acceptance.indices.contains(depth + 1)
                ? sequences[next].acceptance[depth + 1] : 0
            let rate = tokens / (cost(rows) + drafting)
            if rate > best.rate { best = (rate, counts) }
            if rate > second.rate { second = (rate, counts) }
        }
        plainRounds = best.rate > plainRate * Self.margin ? 0 : plainRounds + 1
        guard plainRounds >= Self.trialInterval, second.rate > plainRate * (1 - Self.largestLoss) else {
            return best.counts
        }
        plainRounds = 0
        return second.counts
    }

    private func cost(_ rows: Int) -> Double { passes.estimates[min(rows, Self.mostRows)] }

    private func stepCost(_ sequences: Int, _ rows: Int) -> Double {
        guard sequences > 0 else { return 0 }
        let known = steps.estimates[min(sequences, Self.mostSequences)]
        return known > 0 ? known : Self.assumedStep * cost(rows)
    }

    // MARK: - Prompts

    /// How many rows of prompts a pass should have.
    /// - Parameters:
    ///   - rows: of rounds, in the same pass.
    ///   - limit: what the pass should take at most.
    ///   - slowdown: how many times as long as without the prompts it should take at most.
    package func promptRows(beside rows: Int, limit: Double, slowdown: Double) -> Int {
        guard let promptRow, promptRow > 0 else { return Self.firstPromptRows }
        let rounds = cost(rows)
        let most = rounds > 0 ? min(limit, slowdown * rounds) : limit
        return Int(max(0, min((most - rounds) / promptRow, 1e6)))
    }

    // MARK: - Record

    /// Takes in a pass.
    /// - Parameters:
    ///   - rows: of rounds.
    ///   - prompts: rows of prompts.
    ///   - draftSteps: for each step of the drafter, how many sequences it was for.
    package mutating func record(rows: Int, prompts: Int, draftSteps: [Int], draftTime: Double, passTime: Double) {
        if let most = draftSteps.max(), most > 0 {
            steps.record(draftTime / Double(draftSteps.count), size: min(most, Self.mostSequences))
        }
        guard prompts > 0 else {
            if (1...Self.mostRows).contains(rows) { passes.record(passTime, size: rows) }
            return
        }
        // The first passes have the rounds' rows alone unless prompts come all the time.
        guard rows == 0 || cost(rows) > 0 else { return }
        let each = max(0, passTime - (rows == 0 ? 0 : cost(rows))) / Double(prompts)
        promptRow = promptRow.map { $0 + Self.adjustment * (each - $0) } ?? each
    }
}
