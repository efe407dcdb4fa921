import Foundation

/// The steps that are asked for, between passes.
final class StepQueue: @unchecked Sendable {  // all variables are only touched under `condition`
    private let condition = NSCondition()
    private var clients: [any StepClient] = []
    /// Those of the last pass for which there was no room.
    private var postponed: [any StepClient] = []
    /// How many of the last pass are likely to ask again.
    private var expected = 0
    /// Whether a pass is under way or about to begin.
    private var isRunning = false

    /// - Returns: whether passes have to be started.
    func append(_ client: any StepClient) -> Bool {
        condition.withLock {
            clients.append(client)
            condition.signal()
            defer { isRunning = true }
            return !isRunning
        }
    }

    func postpone(_ client: any StepClient) { condition.withLock { postponed.append(client) } }

    func remove(_ client: any StepClient) {
        condition.withLock {
            clients.removeAll { $0 === client }
            postponed.removeAll { $0 === client }
        }
    }

    /// So many of those whose step has been taken are likely to ask for the next.
    func expect(_ count: Int) { condition.withLock { expected = count } }

    /// All that is asked for, in the order in which it was.
    /// - Parameter patience: how long to wait for those who are expected, in seconds.
    func take(patience: Double) -> [any StepClient] {
        condition.withLock {
            // A single one is not waited for: nobody else could be served meanwhile.
            if expected + postponed.count > 1 || expected + clients.count(where: { !$0.asksAgain }) > 1 {
                let deadline = Date(timeIntervalSinceNow: patience)
                while clients.count(where: \.asksAgain) < expected, condition.wait(until: deadline) {}
            }
            defer {
                (clients, postponed) = ([], [])
                expected = 0
            }
            return postponed + clients
        }
    }

    /// - Returns: whether another pass is to follow.
    func endPass() -> Bool {
        condition.withLock {
            isRunning = !clients.isEmpty || !postponed.isEmpty
            return isRunning
        }
    }
}
