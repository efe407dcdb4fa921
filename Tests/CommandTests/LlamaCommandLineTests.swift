import BundledModel
import CommandSupport
import Foundation
import Gemma
import Testing

/// Command lines written for llama.cpp, given to the programs.
@Suite struct LlamaCommandLineTests {
    private static let story = "Once upon a time, there lived a tiny girl named Zoe. She lived in a den with her"
    private static let common = ["--temp", "0", "-n", "16", "--stats", "none"]
    private static let programs = [
        "gemma-generate", "gemma-chat", "gemma-perplexity", "gemma-imatrix", "gemma-bench", "gemma-quantize",
        "gemma-check",
    ]

    @Test func whatDoesNothingHereChangesNothing() throws {
        let run = try Command(
            "gemma-generate",
            Self.common + [
                "-ngl", "99", "-b", "64", "-ub", "8", "--mlock", "--no-mmap", "-fa", "on", "--no-perf", "-fit", "off",
                "--no-warmup", "-nkvo", "--numa", "distribute", "-sm", "layer", "-ts", "1,1", "-mg", "0", "-tb", "1",
                "-no-cnv", "-dev", "none", "-cd", "0", "-td", "1", "--simple-io", "-co", "--keep", "-1", "-fa",
                "--jinja",
            ])
        #expect(run.status == 0 && run.output == Self.story)
        let lines = run.error.split(separator: "\n")
        #expect(lines.count == 21 && lines.allSatisfy { $0.hasPrefix("notice: -") }, "\(run.error)")
        #expect(lines.first == "notice: -ngl has no effect: everything is computed on the processor")
    }

    @Test func synonymsMeanTheSame() throws {
        let run = try Command(
            "gemma-generate",
            [
                "--temperature", "-1", "--n_predict", "16", "--stats", "none", "--draft-max", "2", "--draft-p-min=0.1",
                "--threads", "0", "--ctx-size", "0", "--seed", "-1", "--top-k", "-1", "--spec-draft-model",
                try #require(BundledModel.assistant).path,
            ])
        #expect(run.status == 0 && run.output == Self.story && run.error.isEmpty, "\(run.error)")
    }

    @Test(arguments: programs)
    func unknownOptionsAreOneLine(_ program: String) throws {
        let isWriter = ["gemma-generate", "gemma-chat"].contains(program)
        for (words, message) in [
            isWriter
                ? (["-hf", "owner"], "owner")
                : (
                    ["-hf", "owner/repo"],
                    "\(program) has no -hf: nothing is downloaded; download the file and give "
                        + (program == "gemma-quantize" ? "its path" : "it with -m")
                ),
            (["-hff", "x"], isWriter ? "-hff names a file of a repository" : "has no -hff"),
            (["--model-url", "x"], "has no --model-url"),
            (["-frob"], "unknown option -frob"), (["--frob"], "unknown option --frob"), (["-mli"], "has no -mli"),
        ] {
            let run = try Command(program, words)
            #expect(run.status == (words == ["-hf", "owner"] ? 1 : 2) && run.output.isEmpty)
            #expect(run.errorLine?.contains(message) == true, "\(run.error)")
        }
    }

    /// What is said of the options that a program lacks mentions only options that it has.
    @Test(arguments: programs)
    func reasonsFitTheProgram(_ program: String) throws {
        let options = try ProgramOptions(dump: Data(Command(program, ["--experimental-dump-help"]).output.utf8))
        #expect(options.program == program && options["--help"] != nil)
        let dialects: [String: LlamaDialect] = ["gemma-bench": .bench, "gemma-quantize": .quantize]
        var texts: [String] = []
        for option in (dialects[program] ?? .common).options where option.names.allSatisfy({ options[$0] == nil }) {
            switch option.otherwise {
            case .usual: break
            case .noEffect(let reason), .refused(let reason): texts.append(reason.text(for: options))
            }
        }
        #expect(texts.count > 100)
        let errors: [any Error] = [
            ModelError.contextFull(needed: 2, contextLength: 1), TensorError.outOfMemory(bytes: 1),
            ModelError.cacheTooLarge(
                contextLength: 9, bytes: 9, available: 1, fitting: 1, fittingWithQ8Cache: 2),
            PairError.isDrafter(found: "a", expected: "b"), PairError.isTarget(found: "a", expected: "b"),
            TensorError.unsupportedHeadWidth(48, cacheType: "tbq3_0", multiple: 32),
        ]
        texts += errors.compactMap { advice(for: $0, in: options) }
        for text in texts {
            let own = text.replacing(#/gemma-[a-z]+ --?[a-z-]+/#, with: "")
            for match in own.matches(of: #/(?:^|[ ("])(--?[A-Za-z][A-Za-z0-9-]*)/#) {
                #expect(options[String(match.1)] != nil, "\(program): \(text)")
            }
        }
    }

    @Test func optionsOfOtherProgramsAreRefusedTruly() throws {
        let text = Command.fixtures.appendingPathComponent("stories/held-out.txt").path
        for (program, words, message) in [
            (
                "gemma-perplexity", ["-f", text, "--temp", "0"],
                "no --temp: it says how tokens are drawn, and this program"
            ),
            ("gemma-bench", ["--prompt", "text"], "unknown option --prompt; did you mean --n-prompt?"),
            ("gemma-quantize", ["-m", "file"], "gemma-quantize has no -m: name the input first"),
            ("gemma-generate", ["--chunks", "2"], "gemma-generate has no --chunks: see gemma-perplexity"),
            ("gemma-check", ["pairs", "--port", "80"], "gemma-check has no --port: it is for a server"),
            ("gemma-perplexity", ["-sys", "text"], "gemma-perplexity has no -sys: it continues no text"),
            ("gemma-bench", ["-sys", "text"], "gemma-bench has no -sys: it continues no text"),
            ("gemma-generate", ["--in-prefix", "text"], "it has no such choice; see -cnv"),
        ] {
            let run = try Command(program, words)
            #expect(run.status == 2 && run.output.isEmpty)
            #expect(run.errorLine?.contains(message) == true, "\(run.error)")
        }
    }

    @Test func noticesWaitForAValidCommandLine() throws {
        let run = try Command("gemma-generate", ["-ngl", "99", "-t", "500", "-p", "a", "-f", "b"])
        #expect(run.status == 2 && run.errorLine?.contains("leave one out") == true, "\(run.error)")
    }

    @Test func aContextOfZeroIsTheModelsOwnLength() throws {
        let text = Command.fixtures.appendingPathComponent("stories/held-out.txt").path
        let perplexity = ["-bf", text, "--chunks", "1"]
        let own = try Command("gemma-perplexity", perplexity + ["-c", "2048"])
        #expect(own.status == 0 && own.output.contains("PPL = "), "\(own.error)")
        #expect(try Command("gemma-perplexity", perplexity + ["-c", "0"]).output == own.output)
        let model = try #require(BundledModel.target).path
        let bench = ["-m", model, "-n", "0", "-r", "1", "-c", "0", "-p"]
        #expect(try Command("gemma-bench", bench + ["8"]).status == 0)
        let negative = try Command("gemma-bench", bench + ["8", "-c", "-1"])
        #expect(negative.status == 2 && negative.errorLine?.contains("-c is -1; expected 1 to") == true)
        let long = try Command("gemma-bench", bench + ["2049"])
        #expect(long.errorLine?.contains("need a context of 2049 tokens, not 2048") == true, "\(long.error)")
    }

    @Test func moreThreadsThanCanRunAreNoticed() throws {
        let run = try Command("gemma-generate", Self.common + ["-t", "1000", "--list-info"])
        #expect(run.status == 0)
        #expect(run.error.hasPrefix("notice: 1000 threads, and this process may run "), "\(run.error)")
        #expect(run.error.split(separator: "\n").count == 1)
    }

    #if os(Linux)
        @Test func threadsFollowTheAffinityOfTheProcess() throws {
            let run = try Command(
                "gemma-generate", Self.common + ["-v"],
                shell: "first=$(awk '/Cpus_allowed_list/ {split($2, a, /[-,]/); print a[1]}' /proc/self/status);"
                    + " command -v taskset >/dev/null || exec \"$@\"; exec taskset -c $first \"$@\"")
            #expect(run.status == 0 && run.output == Self.story)
            #expect(run.error.contains("threads: "))
            if FileManager.default.isExecutableFile(atPath: "/usr/bin/taskset") {
                #expect(run.error.contains("threads: 1; cores: 1, hardware threads: 1"), "\(run.error)")
            }
        }
    #endif

    @Test func verboseListsThePrompt() throws {
        let run = try Command("gemma-generate", ["-v", "-n", "1", "--temp", "0", "--stats", "none"])
        #expect(run.status == 0)
        for line in ["model: /", "drafter: /", "kernels: ", "context: 2048 tokens of 2048", "prompt: 5 tokens"] {
            #expect(run.error.contains(line), "\(run.error)")
        }
        #expect(run.error.contains("'<bos>'\n") && run.error.contains("'Once'\n"))
    }

    @Test func manyAndStrangeWordsAreOneLine() throws {
        let many = try Command("gemma-generate", [String](repeating: "--mlock", count: 20_000))
        #expect(many.status == 2 && many.errorLine?.contains("20000 words") == true, "\(many.error.prefix(300))")
        let values = try Command("gemma-generate", (0..<2000).flatMap { _ in ["-n", "1"] } + ["--list-info"])
        #expect(values.status == 0)
        for script in [
            "exec \"$@\" \"$(printf -- '-\\377\\376')\"", "exec \"$@\" \"$(printf -- '--\\033[2J')\"", "exec \"$@\" ''",
            "exec \"$@\" \"$(printf -- '-\\n')\"", "exec \"$@\" --$(head -c 100000 /dev/zero | tr '\\0' a)",
        ] {
            let run = try Command("gemma-generate", [], shell: script)
            #expect(
                run.status == 2 && run.output.isEmpty && run.errorLine != nil, "\(script): \(run.error.prefix(300))")
            #expect((run.errorLine ?? "").count < 1100 && !run.error.contains("\u{1B}"))
        }
    }

    // MARK: - Prompts

    @Test func aFileIsContinuedAsItIs() throws {
        let common = ["--temp", "0", "-n", "1", "--stats", "none"]
        let file = try TemporaryFile("a\\n\\x41 \r\nb\n\n".utf8)
        let plain = try Command("gemma-generate", common + ["-f", file.path])
        #expect(plain.output.hasPrefix("a\\n\\x41 \r\nb\n") && !plain.output.hasPrefix("a\\n\\x41 \r\nb\n\n"))
        #expect(plain.error == "warning: \(file.path) has lines that end with CR LF; the CRs stay part of the text\n")
        let escaped = try Command("gemma-generate", common + ["-e", "-f", file.path])
        #expect(escaped.output.hasPrefix("a\nA \r\nb\n"))
        let binary = try Command("gemma-generate", common + ["--binary-file", file.path])
        #expect(binary.output.hasPrefix("a\\n\\x41 \r\nb\n\n") && binary.error.isEmpty)
        let escapes = try Command("gemma-generate", common + ["-p", "\\x41\\t\\q\\xzz\\x4"])
        #expect(escapes.output.hasPrefix("A\t\\q\\xzz\\x4"))
        withExtendedLifetime(file) {}
    }

    @Test func utf16IsConvertedWithAWarning() throws {
        let text = "Once upon a time"
        let file = try TemporaryFile([0xFF, 0xFE] + text.utf16.flatMap { [UInt8($0), 0] })
        let run = try Command("gemma-generate", Self.common + ["-f", file.path])
        #expect(run.status == 0 && run.output == Self.story)
        #expect(run.error == "warning: \(file.path) is UTF-16; it was converted to UTF-8\n")
        withExtendedLifetime(file) {}
    }

    @Test func inputThatIsNotReadIsNoticed() throws {
        let notice = "notice: standard input is not read; use -f - to continue it\n"
        let piped = try Command("gemma-generate", Self.common, input: "Tell me a story")
        #expect(piped.status == 0 && piped.output == Self.story && piped.error == notice)
        let file = try TemporaryFile("Tell me".utf8)
        let redirected = try Command("gemma-generate", Self.common, shell: "exec \"$@\" < '\(file.path)'")
        #expect(redirected.output == Self.story && redirected.error == notice)
        let device = try Command(
            "gemma-generate", Self.common + ["-f", "/dev/stdin"], shell: "exec \"$@\" < '\(file.path)'")
        #expect(device.status == 0 && device.error.isEmpty, "\(device.error)")
        withExtendedLifetime(file) {}
        // Nothing there, or nothing yet: no word, and no waiting.
        for script in ["exec \"$@\" < /dev/null", "exec \"$@\" <&-", "sleep 1 | \"$@\""] {
            let run = try Command("gemma-generate", Self.common, shell: script)
            #expect(run.output == Self.story && run.error.isEmpty, "\(script): \(run.error)")
        }
        let read = try Command("gemma-generate", Self.common + ["-f", "-"], input: "Once upon a time")
        #expect(read.output == Self.story && read.error.isEmpty)
    }

    @Test func aFileWithoutEndIsRefused() throws {
        let run = try Command("gemma-generate", ["-f", "/dev/zero"])
        #expect(run.status == 2 && run.errorLine?.contains("/dev/zero has more than 1024 MiB") == true)
    }
}
