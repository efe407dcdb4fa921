import ArgumentParser
import Benchmarking
import CommandSupport
import Foundation
import Speculative
import SyntheticModel

extension IntegerList: ExpressibleByArgument {
    public init?(argument: String) { self.init(argument) }
}

extension RateList: ExpressibleByArgument {
    public init?(argument: String) { self.init(argument) }
}

extension SyntheticModel: ExpressibleByArgument {
    public init?(argument: String) { self.init(argument) }
}

extension ReportFormat: ExpressibleByArgument {}

struct ModelOptions: ParsableArguments {
    @OptionGroup var pair: PairOptions

    @Option(
        help: """
            Instead of files: \(Self.presets), a pair of the released shapes with random weights. e2b:q4_0 selects a \
            type other than q8_0 (\(WeightType.allCases.map(\.rawValue).joined(separator: ", "))). The files \
            are written to the cache folder once.
            """)
    var synthetic: SyntheticModel?

    @Option(
        parsing: .unconditional,
        help: "With --synthetic 12b, 26b-a4b or 31b: only this many layers, a multiple of 6, to save disk and memory.")
    var layers: Int?

    @Flag(
        help: """
            With --synthetic: a few channels of the keys are 10 to 30 times as large as the others, as is reported for \
            trained models.
            """)
    var keyOutliers = false

    @Flag(
        help: """
            With --synthetic: only measure how far attention's output is from that over an f32 cache, for each type of \
            cache.
            """)
    var cacheErrors = false

    @Option(
        name: .customLong("load"), help: "Only measure how long it takes to open and check this GGUF file.")
    var fileToOpen: String?

    @Option(
        help: """
            Only measure what the constraints of this file cost, with --vocab: compiling them, and a mask before each \
            token of their texts. The file is one that gemma-check constraints reads.
            """)
    var constraints: String?

    @Option(help: "With --constraints, or --arrivals of a synthetic model: a GGUF file with the vocabulary.")
    var vocab: String?

    func validate() throws {
        let subjects = [pair.target != nil, synthetic != nil, fileToOpen != nil, constraints != nil]
        guard subjects.count(where: { $0 }) == 1 else {
            throw ValidationError(
                """
                name a model: either files with -m and -md, or --synthetic \(Self.presets), or a file to --load; or \
                --constraints
                """)
        }
        if constraints != nil, vocab == nil { throw ValidationError("--constraints and --vocab go together") }
        for (name, isGiven) in [
            ("--layers", layers != nil), ("--key-outliers", keyOutliers), ("--cache-errors", cacheErrors),
        ] where isGiven && synthetic == nil {
            throw ValidationError("\(name) goes with --synthetic")
        }
        if let layers, let preset = synthetic?.preset, !preset.shorterLayerCounts.contains(layers) {
            let counts = preset.shorterLayerCounts.map(String.init).joined(separator: ", ")
            throw ValidationError(
                counts.isEmpty
                    ? "--layers: \(preset.rawValue) cannot be cut, because its last layers share the caches of others"
                    : "--layers is \(layers); \(preset.rawValue) can be cut to \(counts)")
        }
        if pair.drafter != nil, pair.target == nil {
            throw ValidationError("-md goes with -m; --synthetic comes with a drafter")
        }
    }

    private static let presets = Preset.measured.map(\.rawValue).joined(separator: ", ")

    /// The files of the synthetic model; nil if files are named.
    func syntheticFiles() throws -> (target: URL, drafter: URL)? {
        guard var model = synthetic else { return nil }
        model.layers = layers
        model.hasKeyOutliers = keyOutliers
        return try ModelCache.standard.files(of: model) { name, bytes in
            StandardError.write("writing \(name), \(bytes / 1_000_000) MB\n")
        }
    }

    /// Whether there will be a drafter.
    var hasDrafter: Bool { synthetic != nil || pair.drafter != nil }

    /// - Returns: nil without a model, which `validate` refuses.
    func load() throws -> BenchmarkModel? {
        if let files = try syntheticFiles() {
            return try BenchmarkModel(target: files.target, drafter: files.drafter)
        }
        return try pair.target.map { try BenchmarkModel(target: $0, drafter: pair.drafter) }
    }
}

struct TestOptions: ParsableArguments {
    @Option(
        name: [.customShort("p"), .long], parsing: .unconditional,
        help: "Tokens of a prompt; 0 skips the test. Default: 512.")
    var nPrompt: IntegerList?

    @Option(name: [.customShort("n"), .long], parsing: .unconditional, help: "Decodes; 0 skips the test. Default: 64.")
    var nGen: IntegerList?

    @Option(
        name: [.customShort("d"), .long], parsing: .unconditional,
        help: "Tokens in the cache at the start. Default: 0.")
    var nDepth: IntegerList?

    @Option(
        name: [.customShort("b"), .customLong("rows")], parsing: .unconditional,
        help: "Rows per decode; the logits of all of them are computed. Default: 1.")
    var rows: IntegerList?

    @Flag(help: "Also measure -n steps of the drafter, with each of its heads.")
    var draft = false

    func validate() throws {
        for (name, list, range) in [
            ("-p", nPrompt, 0...1 << 24), ("-n", nGen, 0...1 << 20), ("-d", nDepth, 0...1 << 24), ("-b", rows, 1...512),
        ] {
            if let value = list?.values.first(where: { !range.contains($0) }) {
                throw ValidationError("\(name) is \(value); expected \(range.lowerBound) to \(range.upperBound)")
            }
        }
    }

    /// The tests, in the order in which they are run: one depth after another, so that each cache is filled once.
    /// - Parameter heads: of the drafter; empty if there is none.
    func list(heads: [DraftHead], plan: SpeculationPlan?) throws -> [BenchmarkTest] {
        var tests: [BenchmarkTest] = []
        let decodes = (nGen?.values ?? [64]).filter { $0 > 0 }
        let prompts = (nPrompt?.values ?? [512]).filter { $0 > 0 }
        guard !heads.isEmpty || decodes.isEmpty || !draft && plan == nil else { throw BenchmarkError.noDrafter }
        for depth in nDepth?.values ?? [0] {
            for passes in decodes {
                tests += (rows?.values ?? [1]).map { .decode(passes: passes, rows: $0, depth: depth) }
                if draft { tests += heads.map { .draft(steps: passes, head: $0, depth: depth) } }
            }
            tests += prompts.map { .prompt(tokens: $0, depth: depth) }
            if let plan { tests += decodes.map { .speculative(tokens: $0, plan: plan, depth: depth) } }
        }
        guard !tests.isEmpty else { throw ValidationError("there is nothing to measure: -p and -n are 0") }
        return tests
    }

    /// The names of the options that were given.
    var given: [String] {
        [("-p", nPrompt != nil), ("-n", nGen != nil), ("-d", nDepth != nil), ("-b", rows != nil), ("--draft", draft)]
            .filter(\.1).map(\.0)
    }
}

struct SpeculationFlags: ParsableArguments {
    @Option(
        name: .customLong("spec-draft-n-max"), parsing: .unconditional,
        help: "Also measure draft-mtp with this many drafts per round, or auto. Default: as many as there are rates.")
    var length: DraftLength?

    @Option(
        name: .customLong("spec-synth-rates"), parsing: .unconditional,
        help: """
            Also measure draft-mtp at a given acceptance, such as 0.65,0.42,0.28: entry i is the probability that the \
            first i drafts are all accepted. Drafts are made and verified, but a seeded coin decides the outcome.
            """)
    var rates: RateList?

    /// The names of the options that were given.
    var given: [String] {
        [("--spec-draft-n-max", length != nil), ("--spec-synth-rates", rates != nil)].filter(\.1).map(\.0)
    }

    func plan() throws -> SpeculationPlan? {
        guard let length = length ?? rates.map({ .fixed($0.values.count) }) else { return nil }
        return try SpeculationPlan(length: length, rates: rates?.values ?? [])
    }
}

struct ComparisonOptions: ParsableArguments {
    @Option(
        help: """
            A peer's command, run in alternation with the tests here. It must print one JSON object per line with \
            "test" and "samples_ts", as gemma-bench and llama-bench do with -o jsonl. Prints the ratio of the medians.
            """)
    var compare: String?

    @Option(parsing: .unconditional, help: "How often to run each side. Default: 3.")
    var compareRounds: Int?

    var rounds: Int { compareRounds ?? 3 }

    func validate() throws {
        guard (1...1000).contains(rounds) else {
            throw ValidationError("--compare-rounds is \(rounds); expected 1 to 1000")
        }
        guard compareRounds == nil || compare != nil else {
            throw ValidationError("--compare-rounds goes with --compare")
        }
    }
}
