package import Chat
internal import Synchronization

/// Whether the model's calls may run: the user is asked, once for each call or once for all.
package final class ToolApproval: Sendable {
    package enum Answer: Hashable, Sendable {
        case yes, no
        /// From now on without asking.
        case always, never
        /// The user ended the whole answer. None of its calls may run.
        case interrupted
    }

    /// Asks for an answer, about a call that has been shown. One call at a time.
    package typealias Question = @Sendable (_ call: ToolCall) async -> Answer

    private struct State {
        /// What holds for a tool without asking. Nil: the user is asked.
        var decided: [String: Bool] = [:]
        /// Whether the answer under way, if there is one, may still call tools.
        var isOpen = true
    }

    private let state = Mutex(State())
    private let general: Bool?
    private let question: Question
    /// Either a question is on the screen, or the answer is being shown.
    private let turns = Turns()
    private let shown = ShownCalls()

    /// - Parameters:
    ///   - general: what holds for all calls; nil to ask.
    package init(general: Bool?, question: @escaping Question = { _ in .no }) {
        (self.general, self.question) = (general, question)
    }

    /// `asks`, `always` or `never`, for the list of tools.
    package func state(of name: String) -> String {
        switch decision(on: name) {
        case nil: "asks first"
        case true?: "runs without asking"
        case false?: "never runs"
        }
    }

    private func decision(on name: String) -> Bool? { state.withLock { $0.decided[name] } ?? general }

    // MARK: - While an answer is shown

    /// An answer begins.
    package func beginAnswer() {
        state.withLock { $0.isOpen = true }
        shown.begin()
    }

    /// Shows more of the answer, while no question is on the screen.
    /// - Parameter call: the call that is shown. The user is asked about it no sooner.
    package func show(_ call: ToolCall? = nil, _ work: () throws -> Void) async rethrows {
        await turns.take()
        defer { turns.give() }
        try work()
        if let call { shown.add(call.id) }
    }

    /// The answer is over. None of its calls may run, and no question is on the screen after this.
    package func endAnswer() async {
        state.withLock { $0.isOpen = false }
        shown.end()
        await turns.take()
        turns.give()
    }

    // MARK: - Calls

    /// - Returns: whether the call may run.
    package func allows(_ call: ToolCall) async -> Bool {
        guard isOpen else { return false }
        if let decision = decision(on: call.name) { return decision }
        guard await shown.wait(for: call.id) else { return false }
        await turns.take()
        defer { turns.give() }
        // The answer may have ended meanwhile.
        guard isOpen else { return false }
        switch await question(call) {
        case .yes: return true
        case .no: return false
        case .always:
            state.withLock { $0.decided[call.name] = true }
            return true
        case .never:
            state.withLock { $0.decided[call.name] = false }
            return false
        case .interrupted:
            state.withLock { $0.isOpen = false }
            return false
        }
    }

    private var isOpen: Bool { !Task.isCancelled && state.withLock { $0.isOpen } }
}
