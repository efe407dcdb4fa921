import Foundation

/// What a stretch of a forward pass does.
package enum Step: Int, CaseIterable, Sendable {
    case embedding, norm, queryKeyValue, attention, attentionOutput, feedForward, perLayer, head, sampling

    package var name: String {
        switch self {
        case .embedding: "embedding"
        case .norm: "norm"
        case .queryKeyValue: "qkv"
        case .attention: "attention"
        case .attentionOutput: "attention output"
        case .feedForward: "ffn"
        case .perLayer: "per-layer"
        case .head: "head"
        case .sampling: "sampling"
        }
    }
}

/// Where the time goes: time, bytes and operations of each kind of step, of the target and of the drafter.
///
/// Model code says where a step begins; products and attention count themselves for the current step. Bytes are those
/// of weights, keys and values, each counted once per pass, whether memory or a cache delivers them.
package final class Profile {
    /// The model that the steps belong to.
    package enum Stage: Int, CaseIterable, Sendable {
        case target, draft
    }

    package struct Entry: Sendable, Hashable {
        package var count = 0
        package var time = Duration.zero
        package var bytes = 0
        /// Multiplications and additions.
        package var operations = 0
    }

    private var entries = [Entry](repeating: Entry(), count: Stage.allCases.count * Step.allCases.count)
    private var stage = Stage.target
    private var current: Int?  // in `entries`
    private var start = ContinuousClock.now

    package init() {}

    /// A profile if the environment asks for one with `GEMMA_PROFILE=1`.
    package static var requested: Profile? {
        let value = ProcessInfo.processInfo.environment["GEMMA_PROFILE"] ?? ""
        return value.isEmpty || value == "0" ? nil : Profile()
    }

    package subscript(stage: Stage, step: Step) -> Entry { entries[index(stage, step)] }

    package var total: Duration { entries.reduce(.zero) { $0 + $1.time } }

    package func reset() {
        for index in entries.indices { entries[index] = Entry() }
        current = nil
    }

    func begin(_ step: Step) {
        let now = ContinuousClock.now
        end(at: now)
        let index = index(stage, step)
        entries[index].count += 1
        current = index
        start = now
    }

    func end() { end(at: .now) }

    func enter(_ stage: Stage) {
        end()
        self.stage = stage
    }

    func count(bytes: Int, operations: Int) {
        guard let current else { return }
        entries[current].bytes += bytes
        entries[current].operations += operations
    }

    private func end(at now: ContinuousClock.Instant) {
        guard let current else { return }
        entries[current].time += now - start
        self.current = nil
    }

    private func index(_ stage: Stage, _ step: Step) -> Int { stage.rawValue * Step.allCases.count + step.rawValue }
}
