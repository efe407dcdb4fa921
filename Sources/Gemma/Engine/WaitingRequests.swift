/// Requests in the order in which they are to be answered: those first that have had to stop, then by priority, then
/// in turn from each key, then as they came.
struct WaitingRequests {
    private var requests: [Waiting] = []
    /// By key: the turn in which it was served last.
    private var turns: [String: Int] = [:]
    private var turn = 0

    private struct Waiting {
        let run: RequestRun
        let hasBegun: Bool
    }

    var count: Int { requests.count }
    var runs: [RequestRun] { requests.map(\.run) }

    /// - Parameter hasBegun: whether it has been answered in part.
    mutating func append(_ run: RequestRun, hasBegun: Bool = false) {
        requests.append(Waiting(run: run, hasBegun: hasBegun))
    }

    /// - Returns: whether it was waiting.
    mutating func remove(_ run: RequestRun) -> Bool {
        guard let index = requests.firstIndex(where: { $0.run === run }) else { return false }
        requests.remove(at: index)
        return true
    }

    /// The next request to be answered; nil if there is none that may be.
    /// - Parameter mayWait: whether a request had better let others go first.
    mutating func next(unless mayWait: (RequestRun) -> Bool) -> RequestRun? {
        let order = requests.indices.sorted { comesBefore(requests[$0], requests[$1]) }
        guard let index = order.first(where: { !mayWait(requests[$0].run) }) else { return nil }
        let run = requests.remove(at: index).run
        turn += 1
        turns[run.request.key] = turn
        // A key without requests has no claims.
        if turns.count > 2 * requests.count + 64 {
            let keys = Set(requests.map(\.run.request.key))
            turns = turns.filter { keys.contains($0.key) }
        }
        return run
    }

    private func comesBefore(_ one: Waiting, _ other: Waiting) -> Bool {
        if one.hasBegun != other.hasBegun { return one.hasBegun }
        if one.run.request.priority != other.run.request.priority {
            return one.run.request.priority > other.run.request.priority
        }
        let (turn, otherTurn) = (turns[one.run.request.key] ?? 0, turns[other.run.request.key] ?? 0)
        return turn == otherTurn ? one.run.order < other.run.order : turn < otherTurn
    }
}
