import BundledModel
import Foundation
import Testing

@Suite("gemma-perplexity")
struct PerplexityTests {
    private static let text = Command.fixtures.appendingPathComponent("stories/held-out.txt").path

    private func perplexity(_ arguments: [String]) throws -> Command { try Command("gemma-perplexity", arguments) }

    private struct Report: Decodable {
        struct Conditions: Decodable {
            let cache_type_k: String
            let exact: Bool
        }
        let conditions: Conditions
        let scored_tokens: Int
        let perplexity: Double
        let base_perplexity: Double?
        let kld_mean: Double?
        let kld99: Double?
        let same_top: Double?
    }

    private func report(_ arguments: [String]) throws -> Report {
        let run = try perplexity(arguments + ["--json"])
        #expect(run.status == 0 && run.error.isEmpty)
        return try JSONDecoder().decode(Report.self, from: Data(run.output.utf8))
    }

    @Test("The bundled model on its held-out text: llama.cpp's perplexity")
    func perplexity() throws {
        let run = try perplexity(["-f", Self.text, "-c", "256"])
        #expect(run.status == 0 && run.error.isEmpty)
        let lines = run.output.split(separator: "\n")
        #expect(lines.count == 2 && lines[0].hasPrefix("[1]") && lines[0].contains(",[55]"))
        // llama.cpp: 2.2298 +/- 0.0375.
        #expect(lines[1].hasPrefix("Final estimate: PPL = 2.2") && lines[1].contains("+/- 0.037"))
        let report = try report(["-f", Self.text, "-c", "256", "--exact"])
        #expect(abs(report.perplexity - 2.2298) < 0.002 && report.scored_tokens == 55 * 127)
        #expect(report.conditions.exact && report.conditions.cache_type_k == "f32")
    }

    @Test("A run is saved and compared with")
    func comparison() throws {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent(UUID().uuidString)
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let base = folder.appendingPathComponent("run.kld").path
        let text = ["-f", Self.text, "-c", "128", "--chunks", "4"]
        let saved = try report(text + ["--save-all-logits", base])
        #expect(saved.kld_mean == nil)
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path) == ["run.kld"])

        let comparison = ["--kl-divergence", "--kl-divergence-base", base]
        let same = try report(comparison)
        #expect(same.perplexity == saved.perplexity && same.scored_tokens == 4 * 63 && same.same_top == 1)
        #expect(try #require(same.kld_mean) < 1e-8)
        #expect(try report(comparison + ["--chunks", "2"]).scored_tokens == 2 * 63)
        let exact = try report(comparison + ["--exact", "-ctk", "f16"])
        #expect(exact.conditions.exact && exact.conditions.cache_type_k == "f16")
        #expect(try #require(exact.kld_mean) > 1e-7)
        #expect(exact.base_perplexity == same.base_perplexity)

        let lines = try perplexity(comparison).output
        for name in [
            "Mean PPL(Q) ", "Mean PPL(base) ", "Mean    KLD: ", "Maximum KLD: ", "99.0%   KLD: ", "Median  KLD: ",
            "Same top p: 100.000",
        ] { #expect(lines.contains(name)) }
    }

    @Test("Bad input gives one line")
    func badInput() throws {
        func expect(_ arguments: [String], _ message: String, status: Int32 = 1) throws {
            let run = try perplexity(arguments)
            #expect(run.status == status && run.output.isEmpty)
            #expect(run.errorLine?.contains(message) == true, "\(run.error)")
        }
        let short = try TemporaryFile("Once upon a time".utf8)
        try expect([], "name a text with -f", status: 2)
        try expect(["-f", "/no/such/text"], "/no/such/text: No such file", status: 2)
        try expect(["-f", Self.text, "-m", "/no/such.gguf"], "/no/such.gguf: No such file")
        try expect(["-f", short.path], "the text has 5 tokens; two chunks of 512 need 1024; give more text, or")
        try expect(["-f", Self.text, "-c", "2"], "chunks of 2 tokens; expected 3 to 2^31 - 1; set the length with -c")
        for length in ["-1", "9000000000000000000"] {
            try expect(["-f", Self.text, "-c", length], "-c is \(length); expected 1 to 2147483647, or 0", status: 2)
        }
        try expect(["-f", Self.text, "--chunks", "0"], "--chunks is 0", status: 2)
        try expect(["-f", Self.text, "-b", "0"], "-b is 0", status: 2)
        try expect(["-f", Self.text, "-t", "2000"], "-t is 2000", status: 2)
        try expect(["--kl-divergence"], "needs a saved run", status: 2)
        let model = try #require(BundledModel.target).path
        try expect(["-f", Self.text, "--kl-divergence-base", model], "exists and is not a file of saved logits")
        try expect(
            ["-f", Self.text, "--kl-divergence-base", "/no/such/folder/run"], "cannot write /no/such/folder/run")
        let comparison = ["--kl-divergence", "--kl-divergence-base"]
        try expect(
            comparison + [model],
            "is not a file of saved logits (it does not begin with \"_logits_\"); make one with --kl-divergence-base")
        try expect(comparison + ["/no/such/run"], "/no/such/run: No such file")
        let damaged = try TemporaryFile(Array("_logits_".utf8) + [0, 2, 0, 0, 0xA0, 9, 0, 0, 255, 255, 255, 127])
        try expect(comparison + [damaged.path], "the file is truncated or damaged")
        withExtendedLifetime((short, damaged)) {}
    }
}
