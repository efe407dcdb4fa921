import Foundation
import Testing

/// gemma-chat without a terminal, and conversations of gemma-generate.
@Suite struct ChatTests {
    private static let short = ["--temp", "0", "-n", "24", "--no-history"]

    @Test func aPipeGetsTheAnswerAlone() throws {
        let run = try Command("gemma-chat", Self.short, input: "Tell me about a fox.\n")
        #expect(run.status == 0 && run.error.isEmpty, "\(run.error)")
        #expect(run.output.count > 40 && run.output.hasSuffix("\n"))
        #expect(!run.output.contains("\u{1B}") && !run.output.contains("<|"))
    }

    @Test func theMessageMayBeOnTheCommandLine() throws {
        let piped = try Command("gemma-chat", Self.short, input: "Tell me about a fox.")
        let given = try Command("gemma-chat", Self.short + ["-p", "Tell me about a fox.", "-st"])
        #expect(given.status == 0 && given.output == piped.output)
        let generated = try Command(
            "gemma-generate", ["--temp", "0", "-n", "24", "-cnv", "-st", "-p", "Tell me about a fox."])
        #expect(generated.status == 0 && generated.output == piped.output, "\(generated.error)")
    }

    @Test func theSystemPromptCounts() throws {
        let plain = try Command("gemma-chat", Self.short + ["-p", "A fox"])
        let told = try Command("gemma-chat", Self.short + ["-p", "A fox", "-sys", "Once there was a cat named Zoe."])
        #expect(told.status == 0 && told.output != plain.output)
        let generated = try Command(
            "gemma-generate", ["--temp", "0", "-n", "24", "-p", "A fox", "-sys", "Once there was a cat named Zoe."])
        #expect(generated.output == told.output, "\(generated.error)")
    }

    @Test func aTemplateMayBeGiven() throws {
        let folder = try TemporaryFolder()
        let file = folder.url.appendingPathComponent("template.jinja")
        try "{{ bos_token }}{{ messages[0].content }}".write(to: file, atomically: true, encoding: .utf8)
        let run = try Command(
            "gemma-chat", Self.short + ["-p", "Once upon a time", "--chat-template-file", file.path, "--jinja"])
        #expect(run.status == 0 && run.output.hasPrefix(", there lived a tiny girl named Zoe"), "\(run.output)")
        let bad = try Command("gemma-chat", Self.short + ["-p", "Hi", "--chat-template", "{% if %}"])
        #expect(bad.status == 1)
        #expect(bad.errorLine?.contains("line 1") == true, "\(bad.error)")
    }

    @Test func whatAConversationCannotDoIsSaid() throws {
        for words in [["-v"], ["--stats", "json"], ["--stats", "text"], ["-no-cnv"]] {
            let run = try Command("gemma-generate", ["-n", "4", "-sys", "Be brief.", "-p", "Hi"] + words)
            #expect(run.status == 2 && run.output.isEmpty)
            #expect(run.errorLine?.contains("conversation") == true, "\(run.error)")
        }
        let quiet = try Command(
            "gemma-generate", ["-n", "4", "-st", "-p", "Hi", "--stats", "none", "--no-display-prompt"])
        #expect(quiet.status == 0 && !quiet.output.isEmpty, "\(quiet.error)")
        let text = try Command("gemma-generate", ["-n", "4", "-no-cnv", "-p", "Hi"])
        #expect(text.status == 0 && text.output.hasPrefix("Hi"), "\(text.error)")
        let chat = try Command("gemma-chat", ["-no-cnv", "-p", "Hi"])
        #expect(chat.status == 2 && chat.errorLine?.contains("gemma-generate") == true, "\(chat.error)")
    }

    @Test func programsGetAnObjectOnALine() throws {
        let run = try Command(
            "gemma-chat", Self.short + ["--json"],
            input: "Tell me about a fox.\n{\"role\":\"user\",\"content\":\"More\"}\n")
        #expect(run.status == 0 && run.error.isEmpty, "\(run.error)")
        struct Event: Decodable {
            let type: String
            let text: String?
            let finish_reason: String?
            let cached_tokens: Int?
        }
        let events = try run.output.split(separator: "\n").map {
            try JSONDecoder().decode(Event.self, from: Data($0.utf8))
        }
        let ends = events.filter { $0.type == "finished" }
        #expect(ends.count == 2 && ends.allSatisfy { ["length", "stop"].contains($0.finish_reason) })
        #expect(ends.first?.cached_tokens == 0 && (ends.last?.cached_tokens ?? 0) > 10)
        #expect(events.contains { $0.type == "content" && $0.text?.isEmpty == false })
    }

    @Test(arguments: ["", " \n"]) func anEmptyMessageIsAnError(_ input: String) throws {
        for run in [
            try Command("gemma-chat", Self.short, input: input),
            try Command("gemma-chat", Self.short + ["-p", input]),
            try Command("gemma-generate", ["-n", "4", "-cnv"], input: input),
        ] {
            #expect(run.status == 2 && run.output.isEmpty)
            #expect(run.errorLine?.contains("-p or -f") == true, "\(run.error)")
        }
    }

    #if os(Linux)
        private static let canMakeTerminals = FileManager.default.isExecutableFile(atPath: "/usr/bin/script")
    #else
        private static let canMakeTerminals = false  // script(1) has other options
    #endif

    /// With its output at a terminal, which script(1) makes, and its input in a pipe.
    @Test(.enabled(if: canMakeTerminals)) func aPipedMessageIsAnsweredWithoutFiguresAtATerminalToo() throws {
        let terminal = try Command(
            "gemma-chat", [],
            shell: """
                script -qec "echo 'Tell me about a fox.' | $1 --temp 0 -n 24 --no-history" /dev/null </dev/null
                """)
        let piped = try Command("gemma-chat", Self.short, input: "Tell me about a fox.\n")
        // What comes before is the line of progress, which standard error has at a terminal.
        let shown = terminal.output.replacingOccurrences(of: "\r\n", with: "\n")
        #expect(shown.hasSuffix("\u{1B}[K" + piped.output), "\(terminal.output)")
    }

    @Test func ctrlCEndsAToolThatDescribesItself() throws {
        let folder = try TemporaryFolder()
        let (tool, number) = (folder.path("tool"), folder.path("number"))
        try "#!/bin/sh\necho $$ >'\(number)'\nexec sleep 300\n".write(toFile: tool, atomically: true, encoding: .utf8)
        try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: tool)
        let run = try Command(
            "gemma-chat", Self.short + ["-p", "Hi", "--tool", tool],
            shell: """
                (while [ ! -s '\(number)' ]; do sleep 0.1; done; kill -INT $$) &
                exec "$@"
                """)
        #expect(run.status == 130 && !run.isKilled, "\(run.error)")
        let text = try String(contentsOfFile: number, encoding: .utf8)
        let process = try #require(Int32(text.trimmingCharacters(in: .whitespacesAndNewlines)))
        #expect(kill(process, 0) != 0)
    }

    @Test func whatIsWrongIsOneLine() throws {
        for (words, part) in [
            (["--reasoning", "maybe"], "--reasoning"), (["--tool", "/no/such/tool", "-p", "Hi"], "/no/such/tool"),
            (["-sysf", "/no/such", "-p", "Hi"], "/no/such"),
            (["--chat-template-kwargs", "[1]"], "--chat-template-kwargs"),
            (["-m", "a", "-hf", "b/c"], "-m and -hf"), (["-hf", "nonsense"], "nonsense"),
        ] {
            let run = try Command("gemma-chat", Self.short + words)
            #expect(run.status != 0 && run.output.isEmpty)
            #expect(run.errorLine?.contains(part) == true, "\(run.error)")
        }
    }
}
