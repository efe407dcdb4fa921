import Foundation
import Gemma4
import Speculative
import Synchronization

/// Takes the steps that are asked for, as many in one pass as is good: one round of each text that is being written,
/// and as much of waiting prompts as the time allows.
final class PassLoop: Sendable {
    private let thread: SerialThread
    private let requests = StepQueue()
    private let orders = Atomic<Int>(0)
    private let costs = Mutex(PassCosts())
    private let settings = Mutex(Settings())

    /// Texts that are written in one pass, at most.
    static let mostRounds = 16
    /// A pass that writes and reads takes at most so many times as long as without reading.
    private static let slowdown = 2.3
    /// Rows that a round may have in company. All of them, and 16 of a prompt, fit into a pass of 512.
    private static let roundRows = 31
    /// How long to wait for whoever had a step in the last pass and is likely to ask for the next.
    private static let patience = 0.001

    private struct Settings {
        var longestPass = Duration.milliseconds(150)
        var keepers: [any MemoryKeeper] = []
    }

    init(_ thread: SerialThread) { self.thread = thread }

    /// What a pass takes at most that reads prompts beside writing, if that is possible with 16 rows of prompts.
    var longestPass: Duration {
        get { settings.withLock(\.longestPass) }
        set { settings.withLock { $0.longestPass = newValue } }
    }

    func add(_ keeper: any MemoryKeeper) { settings.withLock { $0.keepers.append(keeper) } }
    func remove(_ keeper: any MemoryKeeper) { settings.withLock { $0.keepers.removeAll { $0 === keeper } } }

    /// A number higher than all before.
    func nextOrder() -> Int { orders.add(1, ordering: .relaxed).newValue }

    /// Asks for a step.
    func submit(_ client: any StepClient) { if requests.append(client) { start() } }

    private func start() { thread.perform { [self] in work() } }

    /// One pass.
    private func work() {
        let clients = requests.take(patience: Self.patience)
        run(clients)
        if requests.endPass() { start() }
    }

    // MARK: - A pass

    /// A step that has been asked for.
    private struct Request {
        let client: any StepClient
        let generation: Generation
        let isPrompt: Bool
        let limit: Int

        func step(_ kind: StepKind, rows: Int) -> DecoderStep {
            DecoderStep(
                kind, of: generation.decoder, rows: rows, limit: limit, isLast: { [generation] in generation.write($0) }
            )
        }
    }

    private func run(_ clients: [any StepClient]) {
        var (rounds, prompts): ([Request], [Request]) = ([], [])
        for client in clients {
            guard let request = request(client) else { continue }
            if !request.isPrompt, rounds.count < Self.mostRounds {
                rounds.append(request)
            } else if request.isPrompt {
                prompts.append(request)
            } else {
                postpone(request)
            }
        }
        prompts.sort { $0.client.order < $1.client.order }
        var steps = roundSteps(rounds)
        var members = rounds
        var budget = promptBudget(beside: steps, prompts)
        for prompt in prompts {
            let rows = promptRows(prompt, budget)
            guard rows > 0, members.count < 2 * Self.mostRounds else {
                postpone(prompt)
                continue
            }
            budget -= rows
            members.append(prompt)
            steps.append(prompt.step(.prompt, rows: rows))
        }
        take(steps, of: members)
    }

    /// Takes the generation of a step; nil if the step is not to be taken.
    private func request(_ client: any StepClient) -> Request? {
        guard !client.isCancelled else {
            client.deliver(.failure(CancellationError()))
            return nil
        }
        guard let generation = client.slot.take() else {
            client.deliver(.failure(GemmaError.busy))
            return nil
        }
        do {
            try client.check()
            switch generation.next() {
            case .step(let isPrompt, let limit):
                return Request(client: client, generation: generation, isPrompt: isPrompt, limit: limit)
            case .last(let result): end(client, generation, .success(result))
            case .nothing: end(client, generation, .success(nil))
            }
        } catch {
            release(client, generation, .failure(error))
        }
        return nil
    }

    private func end(_ client: any StepClient, _ generation: Generation, _ result: Result<StepResult?, any Error>) {
        release(client, generation, client.record(result, generation))
    }

    private func release(_ client: any StepClient, _ generation: Generation, _ result: Result<StepResult?, any Error>) {
        client.slot.putBack(generation)
        client.deliver(result)
    }

    private func postpone(_ request: Request) {
        request.client.slot.putBack(request.generation)
        requests.postpone(request.client)
    }

    private func roundSteps(_ rounds: [Request]) -> [DecoderStep] {
        guard rounds.count > 1 else { return rounds.map { $0.step(.round(.chosen), rows: .max) } }
        let candidates = rounds.map { $0.generation.decoder.draftCandidate(limit: $0.limit) }
        let counts = costs.withLock { $0.draftCounts(candidates) }
        return zip(rounds, counts).map { $0.step(.round(.atMost($1)), rows: Self.roundRows) }
    }

    /// How many rows of prompts a pass may have.
    private func promptBudget(beside rounds: [DecoderStep], _ prompts: [Request]) -> Int {
        guard let decoder = prompts.first?.generation.decoder else { return 0 }
        let runner = decoder.target.runner
        guard !rounds.isEmpty else { return runner.batchLength }
        var rows = 0
        for step in rounds { rows += step.mostRows }
        let wanted = costs.withLock {
            $0.promptRows(beside: rows, limit: longestPass.inSeconds, slowdown: Self.slowdown)
        }
        return max(16, min(wanted, runner.batchLength - rows) / 16 * 16)
    }

    /// The rows that a prompt gets of those that are left: up to a position that is a multiple of 16, or all.
    private func promptRows(_ prompt: Request, _ budget: Int) -> Int {
        let decoder = prompt.generation.decoder
        let rows = min(decoder.unreadCount, decoder.target.batchLength, budget)
        guard rows < decoder.unreadCount else { return rows }
        let excess = (decoder.target.cache.count + rows) % 16
        return excess < rows ? rows - excess : rows
    }

    private func take(_ steps: [DecoderStep], of members: [Request]) {
        let (steps, members) = withRoom(steps, members)
        guard !steps.isEmpty else { return }
        let clients = members.map(\.client)
        let outcome = DecoderPass.run(steps, isCancelled: { clients.allSatisfy(\.isCancelled) })
        record(outcome, steps)
        let time = outcome.draftTime + outcome.passTime
        for (member, places) in zip(members, outcome.results) {
            let result = Result<StepResult?, any Error> {
                try member.generation.finish(places, isPrompt: member.isPrompt, time: time)
            }
            end(member.client, member.generation, result)
        }
        requests.expect(clients.count { $0.asksAgain && !$0.isCancelled })
    }

    /// Those of the steps for which there is memory, after others have given up theirs.
    private func withRoom(_ steps: [DecoderStep], _ members: [Request]) -> ([DecoderStep], [Request]) {
        var (steps, members) = (steps, members)
        for keeper in settings.withLock(\.keepers) {
            func needed() -> Int {
                steps.reduce(0) { bytes, step in
                    let cache = step.decoder.target.cache
                    return cache.pool === keeper.pool ? bytes + cache.newBytes(for: step.mostRows) : bytes
                }
            }
            while !keeper.hasRoom(for: needed()), let victim = keeper.victim {
                if let index = members.firstIndex(where: { $0.client === victim }) {
                    victim.slot.putBack(members[index].generation)
                    members.remove(at: index)
                    steps.remove(at: index)
                }
                requests.remove(victim)
                keeper.preempt(victim)
            }
        }
        return (steps, members)
    }

    private func record(_ outcome: DecoderPass.Outcome, _ steps: [DecoderStep]) {
        var (rounds, prompts) = (0, 0)
        for (step, rows) in zip(steps, outcome.rows) {
            if step.kind == .prompt { prompts += rows } else { rounds += rows }
        }
        costs.withLock {
            $0.record(
                rows: rounds, prompts: prompts, draftSteps: outcome.draftSteps,
                draftTime: outcome.draftTime.inSeconds, passTime: outcome.passTime.inSeconds)
        }
    }
}
