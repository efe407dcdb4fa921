internal import Synchronization

/// Whether the model's calls may run: the user is asked, once for each call or once for all.
package final class ToolApproval: Sendable {
    package enum Answer: Hashable, Sendable {
        case yes, no
        /// From now on without asking.
        case always, never
    }

    /// Asks for an answer, about a call that has been shown. One call at a time.
    package typealias Question = @Sendable (_ name: String, _ arguments: String) async -> Answer

    /// What holds for a tool without asking. Nil: the user is asked.
    private let decided: Mutex<[String: Bool]>
    private let general: Bool?
    private let question: Question
    private let turns = Turns()
    private let shown = ShownCalls()

    /// - Parameters:
    ///   - general: what holds for all calls; nil to ask.
    package init(general: Bool?, question: @escaping Question = { _, _ in .no }) {
        decided = Mutex([:])
        (self.general, self.question) = (general, question)
    }

    /// `asks`, `always` or `never`, for the list of tools.
    package func state(of name: String) -> String {
        switch decided.withLock({ $0[name] }) ?? general {
        case nil: "asks first"
        case true?: "runs without asking"
        case false?: "never runs"
        }
    }

    /// A call of the tool is on the screen. The user is asked no sooner.
    package func show(_ name: String) { shown.add(name) }

    /// The answer is over: no more calls are going to be shown.
    package func endAnswer() { shown.end() }

    /// - Returns: whether the call may run.
    package func allows(_ name: String, arguments: String) async -> Bool {
        await turns.take()
        defer { turns.give() }
        if let decided = decided.withLock({ $0[name] }) ?? general { return decided }
        await shown.wait(for: name)
        switch await question(name, arguments) {
        case .yes: return true
        case .no: return false
        case .always:
            decided.withLock { $0[name] = true }
            return true
        case .never:
            decided.withLock { $0[name] = false }
            return false
        }
    }
}
