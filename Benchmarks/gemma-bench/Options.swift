import ArgumentParser
import Benchmarking
import CommandSupport
import Foundation
import Speculative
import SyntheticModel

extension IntegerList: ExpressibleByArgument {
    public init?(argument: String) { self.init(argument) }
    public var defaultValueDescription: String { values.map(String.init).joined(separator: ",") }
}

extension RateList: ExpressibleByArgument {
    public init?(argument: String) { self.init(argument) }
}

extension DraftLength: ExpressibleByArgument {}

extension SyntheticModel: ExpressibleByArgument {
    public init?(argument: String) { self.init(argument) }
}

extension ReportFormat: ExpressibleByArgument {}

struct ModelOptions: ParsableArguments {
    @Option(name: [.short, .long], help: "The model, a GGUF file.")
    var model: String?

    @Option(
        name: [.customLong("md", withSingleDash: true), .long],
        help: "The model's drafter, a GGUF file of architecture gemma4-assistant.")
    var modelDraft: String?

    @Option(
        help: """
            In place of files: e2b, e4b or mini, a pair of the released shapes with random weights; e2b:q4_0 for \
            another type than q8_0 (\(WeightType.allCases.map(\.rawValue).joined(separator: ", "))). It is written to the cache folder once.
            """)
    var synthetic: SyntheticModel?

    @Option(
        name: .customLong("load"), help: "Measure only how long it takes to open this GGUF file and to check it.")
    var fileToOpen: String?

    func validate() throws {
        guard [model != nil, synthetic != nil, fileToOpen != nil].count(where: { $0 }) == 1 else {
            throw ValidationError(
                "name a model: either files with -m and -md, or --synthetic e2b, e4b or mini, or a file to --load")
        }
        if modelDraft != nil, model == nil {
            throw ValidationError("-md goes with -m; --synthetic comes with a drafter")
        }
    }

    func load() throws -> BenchmarkModel {
        if let synthetic {
            let files = try ModelCache.standard.files(of: synthetic) { name, bytes in
                StandardError.write("writing \(name), \(bytes / 1_000_000) MB\n")
            }
            return try BenchmarkModel(target: files.target, drafter: files.drafter)
        }
        return try BenchmarkModel(
            target: URL(fileURLWithPath: model ?? ""), drafter: modelDraft.map { URL(fileURLWithPath: $0) })
    }
}

struct TestOptions: ParsableArguments {
    @Option(name: [.customShort("p"), .long], parsing: .unconditional, help: "Tokens of a prompt; 0 for no such test.")
    var nPrompt = IntegerList([512])

    @Option(name: [.customShort("n"), .long], parsing: .unconditional, help: "Decodes; 0 for no such test.")
    var nGen = IntegerList([64])

    @Option(
        name: [.customShort("d"), .long], parsing: .unconditional, help: "Tokens that are in the cache at the start.")
    var nDepth = IntegerList([0])

    @Option(
        name: [.customShort("b"), .customLong("rows")], parsing: .unconditional,
        help: "Rows of a decode, of all of which the logits are wanted.")
    var rows = IntegerList([1])

    @Flag(help: "Also measure steps of the drafter, as many as -n says, with each head that it has.")
    var draft = false

    func validate() throws {
        for (name, list, range) in [
            ("-p", nPrompt, 0...1 << 24), ("-n", nGen, 0...1 << 20), ("-d", nDepth, 0...1 << 24), ("-b", rows, 1...512),
        ] {
            if let value = list.values.first(where: { !range.contains($0) }) {
                throw ValidationError("\(name) is \(value); expected \(range.lowerBound) to \(range.upperBound)")
            }
        }
    }

    /// The tests, in the order in which they are run: one depth after the other, so that its cache is filled once.
    func list(_ model: BenchmarkModel, plan: SpeculationPlan?) throws -> [BenchmarkTest] {
        var tests: [BenchmarkTest] = []
        for depth in nDepth.values {
            for passes in nGen.values where passes > 0 {
                tests += rows.values.map { .decode(passes: passes, rows: $0, depth: depth) }
                if draft { tests += try draftTests(model, steps: passes, depth: depth) }
            }
            tests += nPrompt.values.filter { $0 > 0 }.map { .prompt(tokens: $0, depth: depth) }
            if let plan {
                guard model.drafter != nil else { throw BenchmarkError.noDrafter }
                tests += nGen.values.filter { $0 > 0 }.map { .speculative(tokens: $0, plan: plan, depth: depth) }
            }
        }
        guard !tests.isEmpty else { throw ValidationError("there is nothing to measure: -p and -n are 0") }
        return tests
    }

    private func draftTests(_ model: BenchmarkModel, steps: Int, depth: Int) throws -> [BenchmarkTest] {
        guard let drafter = model.drafter else { throw BenchmarkError.noDrafter }
        let heads: [DraftHead] = drafter.orderedHead == nil ? [.dense] : [.ordered, .dense]
        return heads.map { .draft(steps: steps, head: $0, depth: depth) }
    }
}

struct SpeculationFlags: ParsableArguments {
    @Option(
        name: .customLong("spec-draft-n-max"), parsing: .unconditional,
        help: "Also measure draft-mtp with so many drafts in a round, or auto. Default: as many as there are rates.")
    var length: DraftLength?

    @Option(
        name: .customLong("spec-synth-rates"), parsing: .unconditional,
        help: """
            Also measure draft-mtp at given acceptance: entry i is the probability that the first i drafts are all \
            accepted, such as 0.65,0.42,0.28. Drafts are made and verified; a seeded coin replaces the outcome.
            """)
    var rates: RateList?

    func plan() throws -> SpeculationPlan? {
        guard let length = length ?? rates.map({ .fixed($0.values.count) }) else { return nil }
        return try SpeculationPlan(length: length, rates: rates?.values ?? [])
    }
}

struct ComparisonOptions: ParsableArguments {
    @Option(
        help: """
            A peer's command, run in alternation with the tests here. It prints a JSON object a line with "test" and \
            "samples_ts", as gemma-bench -o jsonl and llama-bench -o jsonl do; the medians' ratio is printed.
            """)
    var compare: String?

    @Option(parsing: .unconditional, help: "How often each side is run.")
    var compareRounds = 3

    func validate() throws {
        guard (1...1000).contains(compareRounds) else {
            throw ValidationError("--compare-rounds is \(compareRounds); expected 1 to 1000")
        }
    }
}
