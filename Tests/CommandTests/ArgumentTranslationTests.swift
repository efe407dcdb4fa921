import CommandSupport
import Testing

/// Command lines in llama.cpp's manner, for a program that declares a few options.
@Suite struct ArgumentTranslationTests {
    private static let text = ProgramOptions.Option(takesValue: true, takesAnything: true)
    private static let file = ProgramOptions.Option(takesValue: true)
    private static let flag = ProgramOptions.Option(takesValue: false)

    private static let program = ProgramOptions(
        program: "gemma-test",
        [
            "-p": text, "--prompt": text, "-m": file, "--model": file, "-n": text, "--predict": text, "--temp": text,
            "-ctk": file, "--color": file, "--escape": flag, "--no-escape": flag, "-h": flag, "--help": flag,
        ])

    private func translation(
        _ words: [String], dialect: LlamaDialect = .common
    ) throws -> ArgumentTranslation {
        try ArgumentTranslation(words, for: Self.program, table: LlamaOptionTable(dialect))
    }

    private func arguments(_ words: String...) throws -> [String] { try translation(words).arguments }

    private func error(_ words: String..., dialect: LlamaDialect = .common) -> String? {
        do {
            _ = try translation(words, dialect: dialect)
            return nil
        } catch {
            return (error as? CommandLineError)?.message
        }
    }

    @Test func whatTheProgramDeclaresIsPassedOn() throws {
        #expect(try arguments("-p", "a b", "-n", "5", "--escape", "x") == ["-p", "a b", "-n", "5", "--escape", "x"])
        #expect(try arguments() == [])
    }

    @Test func synonymsBecomeTheDeclaredName() throws {
        #expect(try arguments("--n-predict", "5", "--temperature", "0.5") == ["-n", "5", "--temp", "0.5"])
        #expect(try arguments("--cache-type-k", "f16", "-e") == ["-ctk", "f16", "--escape"])
        #expect(try arguments("--n-predict=7", "-help") == ["-n", "7", "--help"])
    }

    @Test func anUnderscoreInALongNameIsAHyphen() throws {
        #expect(try arguments("--n_predict", "5", "--no_escape") == ["-n", "5", "--no-escape"])
        #expect(error("-n_predict", "5") == "unknown option -n_predict (see --help)")
    }

    @Test func aValueThatLooksLikeAnOptionStaysAValue() throws {
        #expect(try arguments("-n", "-1", "--temp", "-0.5") == ["-n=-1", "--temp=-0.5"])
        #expect(try arguments("-p", "--temp", "-n", "3") == ["-p=--temp", "-n", "3"])
        #expect(try arguments("-p", "--", "-n", "3") == ["-p=--", "-n", "3"])
        #expect(try arguments("-m", "-strange.gguf") == ["-m=-strange.gguf"])
        #expect(try arguments("-p", "-") == ["-p=-"])
        #expect(try arguments("--prompt=--temp=1") == ["--prompt=--temp=1"])
        #expect(try arguments("--prompt=a=b") == ["--prompt", "a=b"])
        #expect(try arguments("-p=", "-n", "3") == ["-p", "", "-n", "3"])
        #expect(try arguments("-p", "", "-n", "3") == ["-p", "", "-n", "3"])
    }

    @Test func aMissingValueIsLeftToTheParser() throws {
        #expect(try arguments("-m", "-n", "3") == ["-m", "-n", "3"])
        #expect(try arguments("-m", "-ngl", "3") == ["-m"])
        #expect(try arguments("-p") == ["-p"])
    }

    @Test func afterTwoHyphensNothingIsAnOption() throws {
        #expect(try arguments("-n", "3", "--", "-ngl", "-hf", "--") == ["-n", "3", "--", "-ngl", "-hf", "--"])
    }

    @Test func optionsWithoutEffectAreToldOnce() throws {
        let line = try translation([
            "-ngl", "99", "--gpu-layers=5", "-n", "3", "--mlock", "--mlock", "-ngl", "-1", "-ts", "3,1", "-no-cnv",
            "--spec-draft-cpu-range-batch", "0-1",
        ])
        #expect(line.arguments == ["-n", "3"])
        #expect(
            line.notices == [
                "-ngl has no effect: everything is computed on the processor",
                "--gpu-layers has no effect: everything is computed on the processor",
                "--mlock has no effect: files are mapped, and read when they are needed",
                "-ts has no effect: everything is computed on the processor",
                "--spec-draft-cpu-range-batch has no effect: the drafter is computed where the model is, by the same "
                    + "threads",
            ])
    }

    @Test(arguments: ["on", "off", "auto", "1", "0", "-1", "enabled", "false"])
    func flashAttentionTakesAWordIfThereIsOne(_ word: String) throws {
        #expect(try arguments("-fa", word, "-n", "3") == ["-n", "3"])
        #expect(try arguments("-fa", "-n", "3") == ["-n", "3"])
        #expect(try arguments("-n", "3", "-fa") == ["-n", "3"])
        #expect(try arguments("-fa", "text") == ["text"])
        #expect(try arguments("--flash-attn=\(word)") == [])
    }

    @Test func aDeclaredOptionMayLeaveItsSwitchOut() throws {
        #expect(try arguments("-co", "-n", "3") == ["--color", "on", "-n", "3"])
        #expect(try arguments("--color", "always") == ["--color", "always"])
    }

    @Test func whatCannotBeDoneIsRefusedWithWhatToDo() {
        #expect(
            error("-hf", "owner/repo")
                == "gemma-test has no -hf: nothing is downloaded; download the file and give it with -m")
        #expect(error("--lora=x")?.contains("merge it into the model") == true)
        #expect(error("-sys", "Be brief.")?.contains("it continues no text; see gemma-generate") == true)
        #expect(error("-hfd", "a/b")?.contains("nothing is downloaded, and this program uses no drafter") == true)
        #expect(error("--eagle3")?.contains("this program uses no drafter") == true)
        #expect(error("--top-k", "5")?.hasPrefix("gemma-test has no --top-k: ") == true)
        #expect(error("--port", "80")?.contains("server") == true)
        #expect(error("--control-vector-layer-range", "1", "2")?.contains("control vectors") == true)
    }

    @Test func textsMentionOnlyOptionsThatTheProgramHas() {
        let reason: Reason = ["give it with -m", "give it with --input", "give its path"]
        #expect(reason.text(for: Self.program) == "give it with -m")
        func text(_ options: String...) -> String {
            let declared = Dictionary(uniqueKeysWithValues: options.map { ($0, Self.file) })
            return reason.text(for: ProgramOptions(program: "p", declared))
        }
        #expect(text("-m", "--input") == "give it with -m")
        #expect(text("--input") == "give it with --input" && text("-i") == "give its path")
        #expect(Self.program.hasOptions(in: "see gemma-bench --rates; use taskset(1), FILE- or -5") == true)
        #expect(Self.program.hasOptions(in: "write --prompt \"a\" (-x)") == false)
    }

    @Test func whatIsUnknownIsRefusedWithAGuess() {
        #expect(error("--frobnicate") == "unknown option --frobnicate (see --help)")
        #expect(error("-frob") == "unknown option -frob (see --help)")
        #expect(error("--tmp", "1") == "unknown option --tmp; did you mean --temp?")
        #expect(error("-n64") == "unknown option -n64; write -n 64")
        #expect(error("-n-1") == "unknown option -n-1; write -n -1")
        #expect(error("-5") == "unknown option -5 (see --help)")
        for word in ["---", "--=", "-=", "---x", "--=x", "-\u{301}", "--é", "-💥"] {
            #expect(error(word)?.hasPrefix("unknown option ") == true, "\(word)")
        }
    }

    @Test func anotherDialectHasOtherMeanings() throws {
        // llama-bench's -p is a number of tokens, so --prompt is another option there.
        let program = ProgramOptions(program: "gemma-bench", ["-p": Self.text, "--n-prompt": Self.text])
        let table = LlamaOptionTable(.bench)
        let line = try ArgumentTranslation(["--n-prompt", "5", "-fa", "1", "-ngl", "9"], for: program, table: table)
        #expect(line.arguments == ["--n-prompt", "5"] && line.notices.count == 2)
        #expect(throws: CommandLineError.self) {
            try ArgumentTranslation(["--prompt", "text"], for: program, table: table)
        }
        #expect(error("--prune-layers", "3", dialect: .quantize)?.contains("all layers are kept") == true)
    }

    @Test func theShellsQuestionsArePassedOn() throws {
        let words = ["---completion", "--", "-hf"]
        #expect(try translation(words).arguments == words)
    }

    @Test func thereAreLimits() {
        let many = [String](repeating: "--mlock", count: 1_000_000)
        #expect(throws: CommandLineError(message: "1000000 words on the command line; at most 4096 are read")) {
            try translation(many)
        }
        let long = "--" + String(repeating: "a", count: 1_000_000)
        #expect(throws: CommandLineError.self) { try translation([long]) }
    }

    /// Any words give a result or an error, and what is not refused ends up in the result.
    @Test func anyWordsAreRead() {
        let parts = [
            "-", "--", "=", "-p", "-n", "-ngl", "-fa", "on", "", "\0", "\u{FFFD}", "\u{301}", "-m", "--temp", "_", "5",
            "--escape", "-co", "a",
        ]
        var state: UInt64 = 1
        func random(_ count: Int) -> Int {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return Int(state >> 33) % count
        }
        var accepted = 0
        for _ in 0..<20_000 {
            let words = (0..<random(6)).map { _ in (0...random(3)).map { _ in parts[random(parts.count)] }.joined() }
            guard let line = try? translation(words) else { continue }
            accepted += 1
            #expect(line.arguments.count <= 2 * words.count)
        }
        #expect(accepted > 1000)
    }
}

/// The tables themselves.
@Suite struct LlamaOptionTests {
    @Test(arguments: LlamaDialect.allCases)
    func aNameStandsForOneOption(_ dialect: LlamaDialect) {
        let names = dialect.options.flatMap(\.names)
        let repeated = Dictionary(grouping: names) { $0 }.filter { $1.count > 1 }.keys
        #expect(repeated.isEmpty, "\(repeated.sorted())")
        #expect(names.allSatisfy { $0.hasPrefix("-") && $0.count > 1 && !$0.contains("=") && !$0.contains("_") })
    }

    @Test(arguments: LlamaDialect.allCases)
    func everyOptionHasOneLineToSay(_ dialect: LlamaDialect) {
        for option in dialect.options {
            switch option.otherwise {
            case .usual: break
            case .noEffect(let reason), .refused(let reason):
                #expect(!reason.texts.isEmpty)
                for text in reason.texts {
                    #expect(!text.isEmpty && text.count < 140 && !text.contains("\n"), "\(option.names)")
                }
            }
        }
    }

    @Test func nothingThatCouldChangeTheTextIsIgnored() throws {
        let table = LlamaOptionTable(.common)
        for name in [
            "--temp", "--grammar", "-sys", "-cnv", "--lora", "--rope-scale", "--override-kv", "-p", "-r", "--seed",
            "--chat-template", "--context-shift", "-hf", "--mmproj",
        ] {
            guard case .refused = try #require(table[name]).otherwise else {
                Issue.record("\(name) is ignored")
                continue
            }
        }
    }
}
