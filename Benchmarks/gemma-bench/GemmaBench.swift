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
struct GemmaBench: ParsableCommand {
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
    @OptionGroup(title: "Speculation") var speculation: SpeculationFlags
    @OptionGroup(title: "Comparison") var comparison: ComparisonOptions

    @Option(
        name: .shortAndLong, parsing: .unconditional,
        help: "Numbers of threads. Default: the physical cores that this process may use.")
    var threads = IntegerList([ThreadPool.defaultThreadCount])

    @Option(
        name: [.customShort("c"), .customLong("ctx-size")], parsing: .unconditional,
        help: """
            Length of the context in tokens; 0 for the length the model was trained for. Default: as long as the tests \
            need.
            """)
    var contextLength: Int?

    @OptionGroup var cache: CacheOptions

    @Option(name: .shortAndLong, parsing: .unconditional, help: "Samples per test.")
    var repetitions = 3

    @Option(name: .shortAndLong, help: "md, csv, json or jsonl.")
    var output = ReportFormat.md

    @Flag(help: "Print where the time of each test went, on standard error.")
    var profile = false

    func validate() throws {
        guard threads.values.allSatisfy(ThreadOptions.range.contains) else {
            throw ValidationError("-t: expected 1 to \(ThreadOptions.range.upperBound) threads")
        }
        threads.values.forEach(ThreadOptions.noticeCrowding)
        try validateContextLength(contextLength)
        guard (1...10_000).contains(repetitions) else {
            throw ValidationError("-r is \(repetitions); expected 1 to 10000")
        }
        if comparison.compare != nil, threads.values.count > 1 {
            throw ValidationError("--compare takes one number of threads")
        }
        if comparison.compare != nil, profile {
            throw ValidationError("--compare prints ratios only; leave --profile out")
        }
    }

    private var cacheTypes: CacheTypes { cache.types() }

    func run() throws {
        if let path = model.fileToOpen {
            let time = try LoadingTime(of: URL(fileURLWithPath: path), repetitions: repetitions)
            return try write([time.record], LoadingTime.columns)
        }
        if model.cacheErrors, let files = try model.syntheticFiles() {
            let errors = try CacheErrors(of: files.target, threads: threads.values[0])
            return try write(errors.records, CacheErrors.columns)
        }
        let plan = try speculation.plan()
        guard let model = try model.load() else { throw ValidationError("name a model with -m") }
        let list = try tests.list(model, plan: plan)
        let needed = list.map { $0.positionCount(repetitions: repetitions) }.max() ?? 1
        let length = contextLength.map { $0 == 0 ? model.target.config.contextLength : $0 } ?? needed
        guard length >= needed else { throw BenchmarkError.contextTooShort(needed: needed, contextLength: length) }
        if let command = comparison.compare {
            return try compare(with: Peer(command: command), model, list, length)
        }
        var records: [Record] = []
        for count in threads.values {
            try run(list, on: Bench(model, threads: count, contextLength: length, cacheTypes: cacheTypes)) { result in
                records.append(result.record)
                // Lines are useful as soon as they are there, to a person and if the run is interrupted.
                if output == .jsonl { try write([result.record], BenchmarkResult.columns) }
            }
        }
        if output != .jsonl { try write(records, BenchmarkResult.columns) }
    }

    private func run(
        _ tests: [BenchmarkTest], on bench: Bench, _ report: (BenchmarkResult) throws -> Void
    ) throws {
        if profile { bench.compute.profile = Profile() }
        for test in tests {
            ResidentMemory.resetPeak()
            let start = Date()
            let measurement = try bench.run(test, repetitions: repetitions) { bench.compute.profile?.reset() }
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
        for round in 1...comparison.compareRounds {
            StandardError.write("round \(round) of \(comparison.compareRounds)\n")
            // A new context each time, so that its memory is not in the peer's way.
            let bench = try Bench(
                model, threads: threads.values[0], contextLength: length, cacheTypes: cacheTypes)
            for test in tests {
                result.ours.add(test.name, try bench.run(test, repetitions: repetitions).rates)
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
