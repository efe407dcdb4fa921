import Benchmarking
import BundledModel
import Foundation
import Testing

@Suite struct BenchTests {
    private func bench(context: Int) throws -> Bench {
        let model = try BenchmarkModel(
            target: #require(BundledModel.target), drafter: BundledModel.assistant)
        return try Bench(model, threads: 1, contextLength: context)
    }

    private func everyTest() throws -> [BenchmarkTest] {
        [
            .prompt(tokens: 20, depth: 0), .prompt(tokens: 20, depth: 30), .decode(passes: 3, rows: 1, depth: 0),
            .decode(passes: 3, rows: 4, depth: 30), .draft(steps: 7, head: .dense, depth: 0),
            .speculative(tokens: 10, plan: try SpeculationPlan(length: .fixed(2), rates: []), depth: 30),
        ]
    }

    @Test func everyTestFitsTheContextThatItAsksFor() throws {
        for test in try everyTest() {
            let measurement = try bench(context: test.positionCount(repetitions: 2)).run(test, repetitions: 2)
            #expect(measurement.rates.count == 2 && measurement.rates.allSatisfy { $0 > 0 }, "\(test.name)")
        }
    }

    @Test func testsDoNotDependOnTheOnesBeforeThem() throws {
        let tests = try everyTest()
        let needed = tests.map { $0.positionCount(repetitions: 1) }.max() ?? 0
        let bench = try bench(context: needed)
        for test in tests + tests.reversed() {
            var warmUps = 0
            let measurement = try bench.run(test, repetitions: 1) { warmUps += 1 }
            #expect(measurement.rates.count == 1 && warmUps == 1)
        }
    }

    @Test func aRecordSaysWhatWasMeasured() throws {
        let bench = try bench(context: 64)
        let measurement = try bench.run(.decode(passes: 3, rows: 4, depth: 30), repetitions: 2)
        let record = BenchmarkResult(
            measurement, by: bench, time: Date(timeIntervalSince1970: 0), readBandwidth: 1e12, memory: nil
        ).record
        #expect(record["test"].text == "tg3b4@d30" && record["model_type"].text == "gemma4 Q8_0")
        #expect(record["n_gen"] == .integer(3) && record["n_rows"] == .integer(4))
        #expect(record["n_depth"] == .integer(30) && record["n_prompt"] == .integer(0))
        #expect(record["test_time"].text == "1970-01-01T00:00:00Z")
        // Passes per second, and the bytes that each reads.
        let bytes = try #require(measurement.bytesPerPass)
        let rate = try #require(record["avg_ts"].number), gigabytes = try #require(record["gb_per_s"].number)
        #expect(abs(gigabytes * 1e9 - rate * Double(bytes)) < 1)
        #expect(bytes > bench.model.target.decodeByteCount)
        #expect(record["bandwidth_share"].number == gigabytes * 1e9 / 1e12)
        #expect(record["draft_n"] == .none && record["draft_n_max"] == .none)
    }

    @Test func speculationIsCounted() throws {
        let plan = try SpeculationPlan(length: .fixed(2), rates: [])
        let test = BenchmarkTest.speculative(tokens: 10, plan: plan, depth: 0)
        let measurement = try bench(context: test.positionCount(repetitions: 1)).run(test, repetitions: 1)
        #expect(measurement.draftCount > 0 && measurement.acceptedCount <= measurement.draftCount)
    }

    @Test func draftsNeedADrafter() throws {
        let model = try BenchmarkModel(target: #require(BundledModel.target), drafter: nil)
        let bench = try Bench(model, threads: 1, contextLength: 64)
        #expect(throws: BenchmarkError.noDrafter) {
            try bench.run(.draft(steps: 1, head: .dense, depth: 0), repetitions: 1)
        }
    }
}
