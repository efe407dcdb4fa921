import ArgumentParser
import Benchmarking
import CommandSupport
import Foundation
import Gemma4
import Logging
import Platform
import SyntheticModel
import Tensor

@main
enum Main {
    static func main() {
        // Random pairs never accept a draft, so warnings about that are noise here.
        LoggingSystem.bootstrap { _ in SwiftLogNoOpLogHandler() }
        runCommand(GemmaBench.self, dialect: .bench)
    }
}

/// Measures speed and memory. Flags, test names and fields are those of llama-bench where it has them.
struct GemmaBench: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "gemma-bench",
        abstract: "Measures how fast a Gemma 4 model reads prompts, decodes, drafts, and decodes speculatively.",
        discussion: """
            Lists are separated by commas: -p 128,512. Each test runs once to warm up and then -r times. Each decode \
            is compared with the machine's memory bandwidth, measured right after it. Results go to standard output; \
            everything else goes to standard error. \(ExitCodes.help)
            """,
        version: Version.line)

    @OptionGroup(title: "Model") var model: ModelOptions
    @OptionGroup(title: "Tests") var tests: TestOptions
    @OptionGroup(title: "Several texts at once") var parallel: ParallelOptions
    @OptionGroup(title: "Speculation") var speculation: SpeculationFlags
    @OptionGroup(title: "Comparison") var comparison: ComparisonOptions

    @Option(
        name: .shortAndLong, parsing: .unconditional,
        help: "Numbers of threads. Default: the physical cores that this process may use.")
    var threads: IntegerList?

    @Option(
        name: [.customShort("c"), .customLong("ctx-size")], parsing: .unconditional,
        help: """
            Length of the context in tokens; 0 for the length the model was trained for. Default: as long as the tests \
            need.
            """)
    var contextLength: Int?

    @OptionGroup var cache: CacheOptions

    @Option(name: .shortAndLong, parsing: .unconditional, help: "Samples per test. Default: 3, and 5 of constraints.")
    var repetitions: Int?

    @Option(name: .shortAndLong, help: "md, csv, json or jsonl.")
    var output = ReportFormat.md

    @Flag(help: "Print where the time of each test went, on standard error.")
    var profile = false

    private var threadCounts: [Int] { threads?.values ?? [ThreadPool.defaultThreadCount] }
    private var sampleCount: Int { repetitions ?? 3 }
    private var cacheTypes: CacheTypes { cache.types() }

    /// Everything is checked before a synthetic model, which may be large, is written.
    func validate() throws {
        guard threadCounts.allSatisfy(ThreadOptions.range.contains) else {
            throw ValidationError("-t: expected 1 to \(ThreadOptions.range.upperBound) threads")
        }
        threadCounts.forEach(ThreadOptions.noticeCrowding)
        try validateContextLength(contextLength)
        guard (1...10_000).contains(sampleCount) else {
            throw ValidationError("-r is \(sampleCount); expected 1 to 10000")
        }
        if comparison.compare != nil, threadCounts.count > 1 {
            throw ValidationError("--compare takes one number of threads")
        }
        if comparison.compare != nil, profile {
            throw ValidationError("--compare prints ratios only; leave --profile out")
        }
        if model.vocab != nil, model.constraints == nil, parallel.arrivals == nil {
            throw ValidationError("--constraints and --vocab go together")
        }
        if let subject = parallel.subject {
            let others = [("-c", contextLength != nil), ("--profile", profile), ("-r", repetitions != nil)]
            try refuse(
                tests.given + others.filter(\.1).map(\.0)
                    + (model.fileToOpen != nil || model.constraints != nil || model.cacheErrors
                        || comparison.compare != nil ? ["--load, --constraints, --cache-errors or --compare"] : []),
                with: subject)
            guard threadCounts.count == 1 else { throw ValidationError("\(subject) takes one number of threads") }
            if try speculation.plan() != nil, !model.hasDrafter { throw BenchmarkError.noDrafter }
            if parallel.arrivals != nil {
                if speculation.rates != nil { try refuse(["--spec-synth-rates"], with: subject) }
                if model.synthetic != nil, model.vocab == nil {
                    throw ValidationError("--arrivals with --synthetic needs a vocabulary: name one with --vocab")
                }
            }
        } else if model.fileToOpen != nil {
            try refuse(testOptions + (threads == nil ? [] : ["-t"]), with: "--load")
        } else if model.constraints != nil {
            let options = testOptions.filter { $0 != "--profile" }
            try refuse(options + (threads == nil ? [] : ["-t"]), with: "--constraints")
        } else if model.cacheErrors {
            try refuse(testOptions + (repetitions == nil ? [] : ["-r"]), with: "--cache-errors")
            if threadCounts.count > 1 { throw ValidationError("--cache-errors takes one number of threads") }
        } else {
            do {
                let tests = try tests.list(heads: model.hasDrafter ? [.dense] : [], plan: speculation.plan())
                let trained = model.synthetic == nil ? nil : Preset.contextLength
                _ = try length(for: tests, trained: trained)
            } catch let error as ValidationError {
                throw error
            } catch {
                throw ValidationError(explanation(of: error))
            }
        }
    }

    /// The options given that only tests use.
    private var testOptions: [String] {
        let others = [
            ("--compare", comparison.compare != nil), ("-c", contextLength != nil), ("-ctk", cache.keyType != nil),
            ("-ctv", cache.valueType != nil), ("--profile", profile),
        ]
        return tests.given + speculation.given + others.filter(\.1).map(\.0)
    }

    private func refuse(_ options: [String], with measurement: String) throws {
        guard !options.isEmpty else { return }
        throw ValidationError("\(options.joined(separator: ", ")) would have no effect with \(measurement)")
    }

    /// The length of the context.
    /// - Parameter trained: that of the model; nil if it is not known yet.
    private func length(for tests: [BenchmarkTest], trained: Int?) throws -> Int {
        let needed = tests.map { $0.positionCount(repetitions: sampleCount) }.max() ?? 1
        let length = contextLength.map { $0 == 0 ? trained ?? needed : $0 } ?? needed
        guard length >= needed else { throw BenchmarkError.contextTooShort(needed: needed, contextLength: length) }
        return length
    }

    func run() async throws {
        if let path = model.fileToOpen {
            let time = try LoadingTime(of: URL(fileURLWithPath: path), repetitions: sampleCount)
            return try write([time.record], LoadingTime.columns)
        }
        if let cases = model.constraints, let vocabulary = model.vocab {
            let cost = try ConstraintCost(
                cases: URL(fileURLWithPath: cases), vocabulary: URL(fileURLWithPath: vocabulary),
                repetitions: repetitions ?? 5)
            if profile { StandardError.write(cost.steps) }
            return try write(cost.records, ConstraintCost.columns)
        }
        if model.cacheErrors, let files = try model.syntheticFiles() {
            let errors = try CacheErrors(of: files.target, threads: threadCounts[0])
            return try write(errors.records, CacheErrors.columns)
        }
        if let arrivals = parallel.arrivals(try speculation.plan()) { return try await replay(arrivals) }
        guard let model = try model.load() else { throw ValidationError("name a model with -m") }
        if parallel.sequences != nil { return try runParallel(model) }
        let list = try tests.list(heads: model.draftHeads, plan: speculation.plan())
        let length = try length(for: list, trained: model.target.config.contextLength)
        if let command = comparison.compare {
            return try compare(with: Peer(command: command), model, list, length)
        }
        var records: [Record] = []
        for count in threadCounts {
            try run(list, on: Bench(model, threads: count, contextLength: length, cacheTypes: cacheTypes)) { result in
                records.append(result.record)
                // Lines are useful as soon as they are there, to a person and if the run is interrupted.
                if output == .jsonl { try write([result.record], BenchmarkResult.columns) }
            }
        }
        if output != .jsonl { try write(records, BenchmarkResult.columns) }
    }

    /// Each test writes new texts. It keeps what earlier tests have learned about the cost of passes.
    private func runParallel(_ model: BenchmarkModel) throws {
        let tests = parallel.tests(try speculation.plan())
        let bench = try ParallelBench(
            model, threads: threadCounts[0], sequences: tests.map(\.sequences).max() ?? 1, cacheTypes: cacheTypes)
        var records: [Record] = []
        for test in tests {
            records.append(try bench.run(test))
            if output == .jsonl { try write(records.suffix(1), ParallelBench.columns) }
        }
        if output != .jsonl { try write(records, ParallelBench.columns) }
    }

    private func replay(_ arrivals: Arrivals) async throws {
        let synthetic = try model.syntheticFiles()
        guard let target = synthetic?.target ?? model.pair.target else {
            throw ValidationError("name a model with -m")
        }
        let record = try await arrivals.run(
            target: target, drafter: try speculation.plan() == nil ? nil : synthetic?.drafter ?? model.pair.drafter,
            vocabulary: model.vocab.map { URL(fileURLWithPath: $0) }, threads: threadCounts[0],
            cacheTypes: (cacheTypes.key, cacheTypes.value))
        try write([record], Arrivals.columns)
    }

    private func run(
        _ tests: [BenchmarkTest], on bench: Bench, _ report: (BenchmarkResult) throws -> Void
    ) throws {
        if profile { bench.compute.profile = Profile() }
        for test in tests {
            ResidentMemory.resetPeak()
            let start = Date()
            let measurement = try bench.run(test, repetitions: sampleCount) { bench.compute.profile?.reset() }
            let memory = ResidentMemory.current
            let needsBandwidth = measurement.bytesPerPass != nil || bench.compute.profile != nil
            let bandwidth = needsBandwidth ? bench.compute.readBandwidth(bench.model.target.decodeMatrices) : nil
            if let profile = bench.compute.profile {
                let limits = bandwidth.map {
                    MachineLimits(readBandwidth: $0, integerPeak: bench.compute.integerPeak())
                }
                StandardError.write("\n\(test.name)\n" + profile.table(limits))
            }
            try report(
                BenchmarkResult(measurement, by: bench, time: start, readBandwidth: bandwidth, memory: memory))
        }
    }

    /// Ours, peer, ours, peer: whatever slows the machine down for a while slows both.
    private func compare(with peer: Peer, _ model: BenchmarkModel, _ tests: [BenchmarkTest], _ length: Int) throws {
        var result = Comparison()
        for round in 1...comparison.rounds {
            StandardError.write("round \(round) of \(comparison.rounds)\n")
            // A new context each time, so that its memory is not in the peer's way.
            let bench = try Bench(
                model, threads: threadCounts[0], contextLength: length, cacheTypes: cacheTypes)
            for test in tests {
                result.ours.add(test.name, try bench.run(test, repetitions: sampleCount).rates)
            }
            try peer.run(into: &result.peer)
        }
        if !result.unpaired.isEmpty {
            StandardError.write("measured by one side only: \(result.unpaired.joined(separator: ", "))\n")
        }
        try write(try result.records(), Comparison.columns)
    }

    private func write(_ records: [Record], _ columns: [TableColumn]) throws {
        try StandardOutput.write(output.text(of: records, columns: columns))
    }
}
