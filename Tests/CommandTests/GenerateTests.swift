import Foundation
import Testing

@Suite("gemma-generate")
struct GenerateTests {
    private static let story = "Once upon a time, there lived a tiny girl named Zoe. She lived in a den with her"

    @Test("Text on standard output, figures on standard error")
    func text() throws {
        let run = try Command("gemma-generate", ["--temp", "0", "-n", "16"])
        #expect(run.status == 0)
        #expect(run.output == Self.story)
        #expect(run.error.contains("tokens per target pass") && run.error.contains("draft length: auto"))
    }

    @Test("The same text without the drafter, and with each number of drafts", arguments: ["0", "1", "2", "5", "auto"])
    func sameText(_ drafts: String) throws {
        let run = try Command(
            "gemma-generate", ["--temp", "0", "-n", "16", "--spec-draft-n-max", drafts, "--stats", "none"])
        #expect(run.output == Self.story)
        #expect(run.error.isEmpty)
    }

    @Test(
        "The same text with caches of each type",
        arguments: [["-ctk", "f32", "-ctv", "f32"], ["--cache-type-k", "bf16", "--cache-type-v", "q8_0"]])
    func cacheTypes(_ flags: [String]) throws {
        let run = try Command("gemma-generate", ["--temp", "0", "-n", "16", "--stats", "none"] + flags)
        #expect(run.status == 0)
        #expect(run.output == Self.story)
    }

    @Test("A prompt by flag, by file and by standard input; its escapes and its last newline")
    func prompts() throws {
        let common = ["--temp", "0", "-n", "2", "--stats", "none"]
        let flag = try Command("gemma-generate", common + ["-p", "One day,\\n"])
        #expect(flag.output.hasPrefix("One day,\n"))
        #expect(try Command("gemma-generate", common + ["--no-escape", "-p", "a\\n"]).output.hasPrefix("a\\n"))
        let input = try Command("gemma-generate", common + ["-f", "-"], input: "One day,\n\n")
        #expect(input.output == flag.output)
        let file = try TemporaryFile("One day,\n\n".utf8)
        #expect(try Command("gemma-generate", common + ["-f", file.path]).output == flag.output)
        let hidden = try Command("gemma-generate", common + ["-f", file.path, "--no-display-prompt"])
        withExtendedLifetime(file) {}
        #expect("One day,\n" + hidden.output == flag.output)
    }

    @Test("The text ends before a reverse prompt, whose escapes are as in -p")
    func reversePrompt() throws {
        struct Figures: Decodable { let finish_reason: String }
        let run = try Command(
            "gemma-generate", ["--temp", "0", "-n", "64", "-r", "\\n", "-r", " Zoe", "--stats", "json"])
        #expect(run.output == "Once upon a time, there lived a tiny girl named")
        let figures: Figures = try figures(["--temp", "0", "-n", "64", "-r", " Zoe"])
        #expect(figures.finish_reason == "stopString")
        let raw = try Command(
            "gemma-generate", ["--temp", "0", "-n", "16", "-r", "\\n", "--no-escape", "--stats", "none"])
        #expect(raw.output == Self.story)
    }

    @Test("A negative temperature is greedy, and so is a list of samplers that leaves one token")
    func greedy() throws {
        for flags in [["--temp", "-1"], ["--top-k", "1"], ["--samplers", "top_k", "--top-k", "1"]] {
            let run = try Command("gemma-generate", ["-n", "16", "--stats", "none"] + flags)
            #expect(run.output == Self.story)
        }
    }

    /// Each with an effect on the text of the seed.
    private static let samplerFlags: [[String]] = [
        ["--repeat-penalty", "3", "--repeat-last-n", "-1"], ["--presence-penalty", "3"], ["--frequency-penalty", "3"],
        ["--dry-multiplier", "9", "--dry-allowed-length", "0", "--dry-base", "2", "--dry-penalty-last-n", "-1"],
        ["--dry-multiplier", "9", "--dry-allowed-length", "0", "--dry-sequence-breaker", "none"],
        ["--typical", "0.3"], ["--xtc-probability", "1", "--xtc-threshold", "0.05"], ["--top-nsigma", "0.2"],
        ["--dynatemp-range", "1", "--dynatemp-exp", "0.5"], ["--top-p", "0.1", "--min-keep", "3"],
        ["--mirostat", "2", "--mirostat-lr", "0.5", "--mirostat-ent", "1"], ["-l", "279-20", "-l", "1192+1"],
        ["--logit-bias", "279-inf"], ["--top-p", "0.1", "--sampling-seq", "kt"],
    ]

    @Test("Every sampler has its flags", arguments: samplerFlags)
    func samplers(_ flags: [String]) throws {
        let common = ["-s", "4", "-n", "60", "--stats", "none"]
        let usual = try Command("gemma-generate", common)
        let run = try Command("gemma-generate", common + flags)
        #expect(run.status == 0 && run.error.isEmpty && run.output != usual.output)
        #expect(try Command("gemma-generate", common + flags + ["-t", "2"]).output == run.output)
    }

    @Test("--stats json ends with one JSON object")
    func json() throws {
        struct Figures: Decodable {
            let load_seconds: Double
            let prompt_tokens: Int
            let prompt_tokens_per_second: Double
            let generated_tokens: Int
            let generated_tokens_per_second: Double
            let draft_n: Int
            let draft_n_accepted: Int
            let acceptance_by_position: [Double]
            let tokens_per_target_pass: Double
            let finish_reason: String
            let draft_n_max: Int
            let draft_n_chosen: [Int]
            let resident_mapped_bytes: Int
            let resident_own_bytes: Int
        }
        let figures: Figures = try figures(["--temp", "0", "-n", "64", "--spec-draft-n-max", "3"])
        #expect(figures.prompt_tokens == 5 && figures.generated_tokens == 64)
        #expect(figures.draft_n_accepted > 0 && figures.draft_n_accepted < figures.draft_n)
        #expect(figures.acceptance_by_position.count == 3 && figures.tokens_per_target_pass > 2)
        #expect(figures.finish_reason == "maximumTokens")
        // The bundled pair is a file of 5 MB, of which most is read.
        #expect(figures.resident_mapped_bytes > 3_000_000 && figures.resident_own_bytes > 1_000_000)
        #expect(figures.draft_n_max == 3 && figures.draft_n_chosen.count == 4)
    }

    @Test("--stats json includes what the automatic number of drafts was based on")
    func automaticJSON() throws {
        struct Figures: Decodable {
            struct Estimates: Decodable {
                let acceptance: [Double]
                let draft_seconds: [String: Double]
                let pass_seconds: [String: Double]
            }
            let rounds: Int
            let draft_n_max: String
            let draft_n_chosen: [Int]
            let draft_estimates: Estimates
        }
        // The clock may choose the number of drafts even with a seed, since the text does not depend on it.
        for arguments in [["--temp", "0"], ["-s", "7"]] {
            let figures: Figures = try self.figures(arguments + ["-n", "64"])
            #expect(figures.draft_n_max == "auto")
            #expect(figures.draft_n_chosen.reduce(0, +) == figures.rounds)
            #expect(figures.draft_estimates.pass_seconds["1"] ?? 0 > 0)
            #expect(!figures.draft_estimates.draft_seconds.isEmpty && !figures.draft_estimates.acceptance.isEmpty)
        }
    }

    private func figures<Figures: Decodable>(_ arguments: [String]) throws -> Figures {
        let run = try Command("gemma-generate", arguments + ["--stats", "json"])
        let last = try #require(run.error.split(separator: "\n").last)
        return try JSONDecoder().decode(Figures.self, from: Data(last.utf8))
    }

    @Test("The same seed gives the same text on any number of threads")
    func seeds() throws {
        func text(_ seed: String, _ threads: String) throws -> String {
            try Command("gemma-generate", ["-s", seed, "-n", "48", "-t", threads, "--stats", "none"]).output
        }
        #expect(try text("7", "1") == text("7", "2"))
        #expect(try text("7", "1") != text("8", "1"))
    }

    @Test("Control tokens are shown on request")
    func special() throws {
        let arguments = ["--temp", "0", "--stats", "none", "-p", "<|turn>user\\nWho are you?<turn|>\\n<|turn>model\\n"]
        let plain = try Command("gemma-generate", arguments + ["--no-display-prompt"])
        let special = try Command("gemma-generate", arguments + ["--no-display-prompt", "--special"])
        #expect(!plain.output.contains("<"))
        #expect(special.output.hasPrefix(plain.output))
        #expect(special.output.hasSuffix("<turn|>") || special.output.hasSuffix("<eos>"))
    }

    @Test(
        "--help is help",
        arguments: ["gemma-generate", "gemma-check", "gemma-quantize", "gemma-perplexity", "gemma-bench"])
    func help(_ name: String) throws {
        let run = try Command(name, ["--help"])
        #expect(run.status == 0 && run.error.isEmpty)
        #expect(run.output.contains("USAGE: \(name)"))
    }

    @Test("--version and --list-info")
    func information() throws {
        #expect(try Command("gemma-generate", ["--version"]).output.hasPrefix("swift-gemma "))
        let info = try Command("gemma-generate", ["--list-info"])
        #expect(info.status == 0)
        #expect(info.output.contains("general.architecture = \"gemma4\""))
        #expect(info.output.contains("blk.0.attn_q.weight  Q8_0  [192 x 128]"))
        #expect(info.output.contains("16 \"<turn|>\", by its text"))
        #expect(info.output.hasSuffix("can be used as a target\n"))
    }

    @Test("Ctrl-C ends the text, prints the figures, and the exit code is 130")
    func interrupt() throws {
        let run = try Command("gemma-generate", ["--ignore-eos", "-c", "200000"], interruptAfter: 40)
        #expect(run.status == 130)
        #expect(run.error.contains("tokens per target pass"))
    }
}
