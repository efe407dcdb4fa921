import Speculative
import Testing

/// The policy against simulated machines, texts and clocks. Each figure is a mean over twenty seeds or the worst of
/// them.
@Suite("Automatic number of drafts")
struct DraftLengthTests {
    /// What a round costs, in milliseconds.
    struct Machine: Sendable, CustomTestStringConvertible {
        let name: String
        /// A pass of one row, and what each further row adds to it.
        var pass = 61.0
        let row: Double
        let draft: Double
        /// Times vary by 10 %, and one in fifty is five times as long.
        var isNoisy = false
        /// From this token on everything takes half again as long.
        var slowdown = Int.max

        func noisy() -> Machine {
            var machine = self
            machine.isNoisy = true
            return machine
        }

        var testDescription: String { isNoisy ? name + ", noisy" : name }
    }

    /// A text's acceptance: element i of `rates` is the probability that i + 1 drafts are all accepted.
    struct Phase: Sendable {
        let tokens: Int
        let rates: [Double]
    }

    static let cheap = Machine(name: "cheap drafts", row: 3.05, draft: 0.9)
    static let dear = Machine(name: "dear drafts", row: 21.35, draft: 6)
    static let between = Machine(name: "in between", row: 9.15, draft: 2)
    static let machines = [cheap, dear, between].flatMap { [$0, $0.noisy()] }

    static let high = [0.9, 0.8, 0.7, 0.6, 0.5, 0.4, 0.3, 0.2, 0.1]
    static let middle = [0.65, 0.42, 0.28, 0.18, 0.1]
    static let low = [0.1, 0.01, 0]
    static let constant = [high, Array(high.prefix(4)), middle, low, []]

    private static let seeds = (1...20).map { UInt64($0) * 7919 }

    /// The time of a text. The clock's noise reaches the policy only, so that runs compare by their choices.
    private func time(
        _ phases: [Phase], on machine: Machine, seed: UInt64, choose: (Int) -> Int,
        record: (_ drafts: Int, _ accepted: Int, _ draftTime: Double, _ passTime: Double) -> Void
    ) -> Double {
        var generator = Generator(seed)
        func noise() -> Double {
            guard machine.isNoisy else { return 1 }
            let spike = Double.random(in: 0..<1, using: &generator) < 0.02 ? 5.0 : 1
            return spike * Double.random(in: 0.9...1.1, using: &generator)
        }
        var (time, tokens, end) = (0.0, 0, 0)
        for phase in phases {
            end += phase.tokens
            while tokens < end {
                let drafts = choose(end - tokens)
                let coin = Double.random(in: 0..<1, using: &generator)
                let accepted = phase.rates.prefix(drafts).filter { coin < $0 }.count
                let load = tokens >= machine.slowdown ? 1.5 : 1
                let draft = load * machine.draft * Double(drafts)
                let pass = load * (machine.pass + machine.row * Double(drafts))
                time += draft + pass
                tokens += accepted + 1
                record(drafts, accepted, draft * noise(), pass * noise())
            }
        }
        // Surplus tokens of the last round are not the policy's fault.
        return time / Double(tokens)
    }

    private func fixedTime(_ phases: [Phase], on machine: Machine, drafts: Int, seed: UInt64) -> Double {
        time(phases, on: machine, seed: seed, choose: { _ in drafts }, record: { _, _, _, _ in })
    }

    private func automaticTime(_ phases: [Phase], on machine: Machine, seed: UInt64) -> Double {
        var policy = DraftLengthPolicy()
        return time(
            phases, on: machine, seed: seed, choose: { _ in policy.next() },
            record: { policy.record(drafts: $0, accepted: $1, times: ($2, $3)) })
    }

    /// Checks the promise: on average within 5 % of the best fixed number, never more than 3 % slower than none.
    private func expectPromise(_ phases: [Phase], on machine: Machine) {
        func mean(_ times: [Double]) -> Double { times.reduce(0, +) / Double(times.count) }
        let fixed = (0...DraftLengthPolicy.maximum).map { drafts in
            mean(Self.seeds.map { fixedTime(phases, on: machine, drafts: drafts, seed: $0) })
        }
        let automatic = Self.seeds.map { automaticTime(phases, on: machine, seed: $0) }
        #expect(mean(automatic) <= 1.05 * (fixed.min() ?? 0))
        #expect((automatic.max() ?? .infinity) <= 1.03 * fixed[0])
    }

    @Test(
        "500 tokens of one acceptance take at most 5 % longer than with the best fixed number, and 3 % than with none",
        arguments: machines, constant)
    func constantAcceptance(_ machine: Machine, _ rates: [Double]) {
        expectPromise([Phase(tokens: 500, rates: rates)], on: machine)
    }

    @Test("So do texts whose acceptance changes", arguments: machines)
    func changingAcceptance(_ machine: Machine) {
        func phases(_ tokens: Int, _ rates: [[Double]]) -> [Phase] { rates.map { Phase(tokens: tokens, rates: $0) } }
        expectPromise(phases(300, [Self.high, Self.low, Self.high, Self.low]), on: machine)
        expectPromise(phases(300, [Self.low, Self.high, [], Self.middle]), on: machine)
        expectPromise(phases(200, [Self.middle, [], Self.high, Self.low, Self.middle]), on: machine)
        expectPromise(phases(250, [[], Self.middle, [], Self.middle]), on: machine)
    }

    @Test("So do texts in the middle of which the machine becomes slower", arguments: machines)
    func slowdown(_ machine: Machine) {
        var machine = machine
        machine.slowdown = 250
        for rates in Self.constant { expectPromise([Phase(tokens: 600, rates: rates)], on: machine) }
    }

    @Test("It drafts many where all is accepted, none where nothing is, and adapts within twenty rounds")
    func adaptation() {
        var policy = DraftLengthPolicy()
        func rounds(_ count: Int, accepts: (Int) -> Int) -> [Int] {
            (0..<count).map { _ in
                let drafts = policy.next()
                policy.record(
                    drafts: drafts, accepted: accepts(drafts), times: (0.9 * Double(drafts), 61 + 3.05 * Double(drafts))
                )
                return drafts
            }
        }
        #expect(rounds(60, accepts: { $0 }).suffix(20).filter { $0 == DraftLengthPolicy.maximum }.count >= 15)
        #expect(rounds(60, accepts: { _ in 0 }).suffix(40).filter { $0 == 0 }.count >= 30)
        #expect(rounds(60, accepts: { min($0, 5) }).suffix(40).filter { (4...7).contains($0) }.count >= 30)
        #expect(rounds(60, accepts: { min($0, 1) }).suffix(40).filter { (1...2).contains($0) }.count >= 30)
    }

    @Test("It never chooses more than the limit", arguments: [0, 1, 2, 5])
    func limit(_ limit: Int) {
        var policy = DraftLengthPolicy()
        for _ in 0..<100 {
            let drafts = policy.next(limit: limit)
            #expect((0...limit).contains(drafts))
            policy.record(drafts: drafts, accepted: drafts, times: (0.9 * Double(drafts), 61))
        }
    }

    @Test("A drafter that is always unsure costs next to nothing")
    func alwaysUnsure() {
        var policy = DraftLengthPolicy()
        var steps = 0
        for _ in 0..<400 {
            // Every draft ends before its first token, after a step of 3 % of a pass.
            let step = policy.next() > 0 ? 1 : 0
            steps += step
            policy.record(
                drafts: 0, endedUnsure: step == 1, accepted: 0, times: (1.8 * Double(step), 61))
        }
        #expect(steps > 0 && steps < 60)
    }

    @Test("With assumed costs the choices do not depend on the clock")
    func assumedCosts() {
        func choices(_ machine: Machine) -> [Int] {
            var policy = DraftLengthPolicy(costs: .assumed)
            var choices: [Int] = []
            _ = time(
                [Phase(tokens: 500, rates: Self.middle)], on: machine, seed: 3,
                choose: { _ in
                    choices.append(policy.next())
                    return choices.last ?? 0
                }, record: { policy.record(drafts: $0, accepted: $1, times: ($2, $3)) })
            return choices
        }
        #expect(choices(Self.cheap) == choices(Self.dear))
        #expect(Set(choices(Self.cheap)).count > 2)
    }
}

/// Numbers that are the same in every run (SplitMix64).
private struct Generator: RandomNumberGenerator {
    private var state: UInt64

    init(_ seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var value = state
        value = (value ^ (value >> 30)) &* 0xBF58_476D_1CE4_E5B9
        value = (value ^ (value >> 27)) &* 0x94D0_49BB_1331_11EB
        return value ^ (value >> 31)
    }
}
