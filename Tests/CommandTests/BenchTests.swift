import BundledModel
import Foundation
import Testing

@Suite("gemma-bench")
struct BenchTests {
    private func bench(_ arguments: [String]) throws -> Command {
        let target = try #require(BundledModel.target).path
        let drafter = try #require(BundledModel.assistant).path
        return try Command("gemma-bench", ["-m", target, "-md", drafter, "-r", "2"] + arguments)
    }

    private struct Figure: Decodable {
        let test: String
        let avg_ts: Double
        let samples_ts: [Double]
        let n_rows: Int
        let gb_per_s: Double?
        let bandwidth_share: Double?
        let resident_mapped_bytes: Int
    }

    @Test("A result for each combination of the lists")
    func lists() throws {
        let run = try bench(["-p", "8,16", "-n", "2", "-d", "0,8", "-b", "1,2", "-o", "jsonl"])
        #expect(run.status == 0 && run.error.isEmpty)
        let figures = try run.output.split(separator: "\n").map {
            try JSONDecoder().decode(Figure.self, from: Data($0.utf8))
        }
        let names = ["tg2", "tg2b2", "pp8", "pp16"]
        #expect(figures.map(\.test) == names + names.map { $0 + "@d8" })
        for figure in figures {
            #expect(figure.samples_ts.count == 2 && figure.avg_ts > 0 && figure.resident_mapped_bytes > 0)
            let isDecode = figure.test.hasPrefix("tg")
            #expect((figure.gb_per_s != nil) == isDecode && (figure.bandwidth_share != nil) == isDecode)
            #expect(figure.n_rows == (figure.test.contains("b2") ? 2 : 1))
        }
    }

    @Test("Every format can be read back")
    func formats() throws {
        func output(_ format: String) throws -> String {
            let run = try bench(["-p", "8", "-n", "2", "-o", format])
            #expect(run.status == 0 && run.error.isEmpty)
            return run.output
        }
        let json = try JSONDecoder().decode([Figure].self, from: Data(try output("json").utf8))
        #expect(json.map(\.test) == ["tg2", "pp8"])
        let csv = try output("csv").split(separator: "\n").map {
            $0.split(separator: ",", omittingEmptySubsequences: false)
        }
        #expect(csv.count == 3 && Set(csv.map(\.count)).count == 1)
        #expect(csv.map { $0[0] } == ["\"test\"", "\"tg2\"", "\"pp8\""])
        let table = try output("md").split(separator: "\n").map { $0.split(separator: "|") }
        #expect(table.count == 4 && Set(table.map(\.count)).count == 1)
    }

    @Test("Drafts, speculation, and a profile on standard error")
    func drafts() throws {
        let run = try bench(["-p", "0", "-n", "6", "--draft", "--spec-draft-n-max", "2", "--profile"])
        #expect(run.status == 0)
        for name in ["| tg6 ", "| draft6-dense ", "| mtp6-2 "] { #expect(run.output.contains(name)) }
        for name in ["tg6\nstep", "mtp6-2\nstep", "\nffn ", "\ndraft head "] { #expect(run.error.contains(name)) }
    }

    @Test("A comparison runs both sides in alternation")
    func comparison() throws {
        let peer = #"echo peer >&2; echo '{"test": "pp8", "samples_ts": [1, 2, 3]}'"#
        let run = try bench(["-p", "8", "-n", "0", "--compare", peer, "--compare-rounds", "2"])
        #expect(run.status == 0)
        #expect(run.error == "round 1 of 2\npeer\nround 2 of 2\npeer\n")
        #expect(run.output.contains("| pp8  |") && run.output.contains("2.00 (1.00..3.00)"))
    }

    @Test("How long a file takes to open")
    func loading() throws {
        struct Figure: Decodable {
            let test: String
            let n_tensors: Int
            let median_ns: Double
            let samples_ns: [Double]
        }
        let target = try #require(BundledModel.target).path
        let run = try Command("gemma-bench", ["--load", target, "-r", "3", "-o", "json"])
        #expect(run.status == 0 && run.error.isEmpty)
        let figures = try JSONDecoder().decode([Figure].self, from: Data(run.output.utf8))
        #expect(figures.map(\.test) == ["load"])
        #expect(figures.allSatisfy { $0.n_tensors > 0 && $0.median_ns > 0 && $0.samples_ns.count == 3 })
        #expect(try Command("gemma-bench", ["--load", target]).output.contains("| load |"))
    }

    @Test("What constraints cost, and each step on standard error")
    func constraints() throws {
        struct Figure: Decodable {
            let test: String
            let n: Int
            let median_ns: Double
            let worst_ns: Double
            let raw_worst_ns: Double
        }
        let vocabulary = try #require(BundledModel.target).path
        let folder = try TemporaryFolder()
        let file = folder.path("schemas.json")
        let cases = """
            {"schemas": [{"name": "null", "schema": {"type": "null"}, "accepts": ["null"], "rejects": []},
                         {"name": "none", "schema": {"not": {}}, "error": true, "names": "not"}],
             "grammars": [{"name": "a", "grammar": "root ::= \\"a\\"*", "accepts": ["", "aa"], "rejects": []}]}
            """
        try Data(cases.utf8).write(to: URL(fileURLWithPath: file))
        let run = try Command(
            "gemma-bench", ["--constraints", file, "--vocab", vocabulary, "-r", "2", "-o", "json", "--profile"])
        #expect(run.status == 0, "\(run.error)")
        let figures = try JSONDecoder().decode([Figure].self, from: Data(run.output.utf8))
        #expect(figures.map(\.test).contains("compile") && figures.map(\.test).contains("mask"))
        for figure in figures where ["compile", "mask"].contains(figure.test) {
            #expect(figure.n == (figure.test == "compile" ? 2 : figures.first { $0.test == "exclude" }?.n))
            #expect(0 < figure.median_ns && figure.median_ns <= figure.worst_ns)
            #expect(figure.worst_ns <= figure.raw_worst_ns)
        }
        #expect(run.error.contains("compile\tnull\t") && run.error.contains("mask\ta, text 2, token 1\t"))

        let alone = try Command("gemma-bench", ["--constraints", file])
        #expect(alone.status == 2 && alone.errorLine?.contains("--constraints and --vocab go together") == true)
        let tests = try Command("gemma-bench", ["--constraints", file, "--vocab", vocabulary, "-p", "8"])
        #expect(tests.errorLine?.contains("-p would have no effect with --constraints") == true)
    }

    @Test("Bad input gives one line")
    func badInput() throws {
        func expect(_ arguments: [String], _ message: String, status: Int32) throws {
            let run = try Command("gemma-bench", arguments)
            #expect(run.status == status && run.output.isEmpty)
            #expect(run.errorLine?.contains(message) == true, "\(run.error)")
        }
        let target = try #require(BundledModel.target).path
        try expect([], "name a model", status: 2)
        try expect(["-m", target, "--load", target], "name a model", status: 2)
        try expect(["--synthetic", "e2b", "-md", target], "-md goes with -m", status: 2)
        try expect(["--layers", "6", "-m", target], "--layers goes with --synthetic", status: 2)
        try expect(["--synthetic", "12b", "--layers", "7"], "12b can be cut to 6, 12, 18", status: 2)
        try expect(["--synthetic", "e2b", "--layers", "5"], "e2b cannot be cut", status: 2)
        try expect(["--load", "/no/such/file.gguf"], "/no/such/file.gguf: No such file", status: 1)
        try expect(["-m", target, "-p", "many"], "'many' is invalid", status: 2)
        try expect(["-m", target, "-p", "0", "-n", "0"], "nothing to measure", status: 2)
        try expect(["-m", target, "-b", "0"], "-b is 0; expected 1 to 512", status: 2)
        try expect(
            ["-m", target, "--spec-synth-rates", "0.2,0.4"], "acceptance rate 2 is 0.4; expected 0 to 0.2", status: 2)
        try expect(["-m", target, "--spec-draft-n-max", "-5"], "-5 drafts per round; expected 0 to 64", status: 2)
        try expect(["-m", target, "-c", "8"], "need a context of 512 tokens, not 8; leave -c out", status: 2)
        try expect(["-m", target, "--draft"], "drafts need a drafter; name one with -md", status: 2)
        try expect(["-m", target, "--compare-rounds", "2"], "--compare-rounds goes with --compare", status: 2)
        try expect(["-m", "/no/such/file.gguf"], "/no/such/file.gguf: No such file", status: 1)
    }

    @Test("A synthetic model is not written for tests that cannot run")
    func nothingIsWritten() throws {
        let folder = try TemporaryFolder()
        let cases = [
            ["-p", "0", "-n", "0"], ["-c", "8"], ["-c", "0", "-p", "131073"], ["--spec-draft-n-max", "-5"],
            ["--spec-synth-rates", "0.2,0.4"], ["-r", "0"], ["-b", "0"], ["--compare", "true", "--profile"],
        ]
        for arguments in cases {
            let run = try Command(
                "gemma-bench", ["--synthetic", "mini"] + arguments,
                shell: "XDG_CACHE_HOME='\(folder.path("cache"))' exec \"$@\"")
            #expect(run.status == 2 && run.errorLine != nil, "\(arguments): \(run.error)")
        }
        #expect(try folder.names.isEmpty)
    }

    @Test("Options that only tests use are refused where none runs")
    func optionsWithoutEffect() throws {
        let target = try #require(BundledModel.target).path
        let used = [
            ["-p", "512"], ["-n", "64"], ["-d", "0"], ["-b", "1"], ["--draft"], ["--spec-draft-n-max", "2"],
            ["--spec-synth-rates", "0.5"], ["--compare", "true"], ["-c", "512"], ["-ctk", "q8_0"], ["-ctv", "f16"],
            ["--profile"],
        ]
        for (measurement, mode, others) in [
            ("--cache-errors", ["--synthetic", "mini"], [["-r", "3"]]), ("--load", [target], [["-t", "1"]]),
        ] {
            for option in used + others {
                let run = try Command("gemma-bench", [measurement] + mode + option)
                let message = "\(option[0]) would have no effect with \(measurement)"
                #expect(run.status == 2 && run.errorLine?.contains(message) == true, "\(option): \(run.error)")
            }
        }
        let threads = try Command("gemma-bench", ["--synthetic", "mini", "--cache-errors", "-t", "1,2"])
        #expect(threads.status == 2 && threads.errorLine?.contains("takes one number of threads") == true)
    }
}
