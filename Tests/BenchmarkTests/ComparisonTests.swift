import Benchmarking
import Testing

@Suite struct ComparisonTests {
    @Test func testsAreNamedAsPeersNameThem() throws {
        let plan = try SpeculationPlan(length: .automatic, rates: [0.5])
        let names: [(BenchmarkTest, String)] = [
            (.prompt(tokens: 512, depth: 0), "pp512"), (.prompt(tokens: 512, depth: 4096), "pp512@d4096"),
            (.decode(passes: 64, rows: 1, depth: 0), "tg64"), (.decode(passes: 64, rows: 2, depth: 0), "tg64b2"),
            (.decode(passes: 64, rows: 8, depth: 4096), "tg64b8@d4096"),
            (.draft(steps: 16, head: .ordered, depth: 0), "draft16-ordered"),
            (.speculative(tokens: 64, plan: plan, depth: 0), "mtp64-auto"),
        ]
        for (test, name) in names { #expect(test.name == name) }
    }

    @Test func peersAreUnderstood() {
        var samples = Samples()
        samples.add(
            output: """
                ggml: something that is no figure
                {"test": "load", "seconds": 0.1}
                {"test": "pp512", "avg_ts": 2.0, "samples_ts": [1.0, 3.0]}
                {"test": "tg64b2 (decodes/s)@d4096", "avg_ts": 5, "samples_ts": [5]}
                {"n_prompt": 0, "n_gen": 64, "n_depth": 4096, "samples_ts": [7]}
                {"n_prompt": 128, "n_gen": 0, "n_depth": 0, "samples_ts": [8, 9]}
                {"n_prompt": 128, "n_gen": 64, "n_depth": 0, "samples_ts": [8, 9]}
                """)
        #expect(samples.names == ["pp512", "tg64b2@d4096", "tg64@d4096", "pp128"])
        #expect(samples["pp512"] == [1, 3] && samples["tg64b2@d4096"] == [5] && samples["pp128"] == [8, 9])
    }

    @Test func ratiosAreThoseOfMediansOverAllRounds() throws {
        var comparison = Comparison()
        for rates in [[10.0, 20], [30, 90]] { comparison.ours.add("pp512", rates) }
        comparison.peer.add("pp512", [5, 4, 6])
        comparison.ours.add("draft16-dense", [1])
        comparison.peer.add("tg32", [1])
        #expect(comparison.unpaired == ["draft16-dense", "tg32"])
        let records = try comparison.records()
        let record = try #require(records.first)
        #expect(records.count == 1 && record["ratio"].number == 5)
        #expect(record["min_ts"].number == 10 && record["max_ts"].number == 90)
        #expect(record["peer_min_ts"].number == 4 && record["peer_max_ts"].number == 6)
        #expect(
            try ReportFormat.md.text(of: records, columns: Comparison.columns).contains(
                "| pp512 | 25.00 (10.00..90.00) | 5.00 (4.00..6.00) | 5.00x |"))
    }

    @Test func sidesWithoutACommonTestCannotBeCompared() {
        var comparison = Comparison()
        comparison.ours.add("pp512", [1])
        comparison.peer.add("pp128", [1])
        #expect(throws: BenchmarkError.nothingInCommon(ours: ["pp512"], peer: ["pp128"])) {
            try comparison.records()
        }
    }

    @Test func aPeerIsACommandOfTheShell() throws {
        var samples = Samples()
        try Peer(command: #"echo '{"test": "pp8", "samples_ts": [1, 2]}' | cat"#).run(into: &samples)
        #expect(samples["pp8"] == [1, 2])
        #expect(throws: BenchmarkError.peerFailed(command: "exit 3", status: 3)) {
            try Peer(command: "exit 3").run(into: &samples)
        }
        #expect(throws: BenchmarkError.peerSilent(command: "true")) { try Peer(command: "true").run(into: &samples) }
    }
}
