import ArgumentParser
import Benchmarking
import CommandSupport

/// Texts written at once. Flags and fields are those of llama-batched-bench.
struct ParallelOptions: ParsableArguments {
    @Option(
        name: .customLong("npl", withSingleDash: true), parsing: .unconditional,
        help: "Only measure how fast so many texts are written at once: a list such as 1,2,4,8,16.")
    var sequences: IntegerList?

    @Option(
        name: .customLong("npp", withSingleDash: true), parsing: .unconditional,
        help: "With -npl or --arrivals: tokens of each prompt. Default: 128.")
    var promptLengths: IntegerList?

    @Option(
        name: .customLong("ntg", withSingleDash: true), parsing: .unconditional,
        help: "With -npl or --arrivals: tokens that each text gets. Default: 64.")
    var generated: IntegerList?

    @Flag(name: .customLong("pps", withSingleDash: true), help: "With -npl: all texts have the same prompt.")
    var sharesPrompt = false

    @Option(
        parsing: .unconditional,
        help: """
            Only replay requests that come at random, so many per second on average, and measure how long each waits \
            for its first token and for the others.
            """)
    var arrivals: Double?

    @Option(parsing: .unconditional, help: "With --arrivals: how many requests come, 1 to 10000. Default: 32.")
    var requests: Int?

    /// The option that says what is measured.
    var subject: String? { sequences != nil ? "-npl" : arrivals != nil ? "--arrivals" : nil }

    func validate() throws {
        for (name, list, range) in [
            ("-npl", sequences, 1...64), ("-npp", promptLengths, 1...1 << 20), ("-ntg", generated, 1...1 << 20),
        ] {
            if let value = list?.values.first(where: { !range.contains($0) }) {
                throw ValidationError("\(name) is \(value); expected \(range.lowerBound) to \(range.upperBound)")
            }
        }
        if let arrivals, !(0.001...10_000).contains(arrivals) {
            throw ValidationError("--arrivals is \(arrivals); expected 0.001 to 10000 requests per second")
        }
        if let requests, !(1...10_000).contains(requests) {
            throw ValidationError("--requests is \(requests); expected 1 to 10000")
        }
        if sequences != nil, arrivals != nil { throw ValidationError("-npl and --arrivals exclude each other") }
        if arrivals == nil, requests != nil { throw ValidationError("--requests goes with --arrivals") }
        if sequences == nil, sharesPrompt { throw ValidationError("-pps goes with -npl") }
        if arrivals != nil, max(promptLengths?.values.count ?? 1, generated?.values.count ?? 1) != 1 {
            throw ValidationError("--arrivals takes one -npp and one -ntg")
        }
        if subject == nil, promptLengths != nil || generated != nil {
            throw ValidationError("-npp and -ntg go with -npl or --arrivals")
        }
    }

    func arrivals(_ plan: SpeculationPlan?) -> Arrivals? {
        arrivals.map {
            Arrivals(
                rate: $0, requests: requests ?? 32, promptLength: promptLengths?.values.first ?? 128,
                generated: generated?.values.first ?? 64, draftLength: plan?.length ?? .fixed(0))
        }
    }

    func tests(_ plan: SpeculationPlan?) -> [ParallelTest] {
        var tests: [ParallelTest] = []
        for prompt in promptLengths?.values ?? [128] {
            for count in generated?.values ?? [64] {
                tests += (sequences?.values ?? []).map {
                    ParallelTest(
                        sequences: $0, promptLength: prompt, generated: count, sharesPrompt: sharesPrompt, drafts: plan)
                }
            }
        }
        return tests
    }
}
