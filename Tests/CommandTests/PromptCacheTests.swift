import Foundation
import Testing

@Suite("--prompt-cache")
struct PromptCacheTests {
    private let folder: TemporaryFolder
    private var path: String { folder.path("prompt.cache") }
    private let prompt = "Once upon a time, there lived a tiny girl named Zoe. She lived in a den with her mother."

    init() throws { folder = try TemporaryFolder() }

    private func run(_ arguments: [String]) throws -> (command: Command, promptTokens: Int) {
        struct Figures: Decodable { let prompt_tokens: Int }
        let run = try Command("gemma-generate", ["--temp", "0", "-n", "24", "--stats", "json"] + arguments)
        guard run.status == 0 else { return (run, -1) }
        let last = try #require(run.error.split(separator: "\n").last)
        return (run, try JSONDecoder().decode(Figures.self, from: Data(last.utf8)).prompt_tokens)
    }

    private var bytes: Data { get throws { try Data(contentsOf: URL(fileURLWithPath: path)) } }

    @Test("The second time one token is read, and the text is the same")
    func second() throws {
        let plain = try run(["-p", prompt])
        let first = try run(["-p", prompt, "--prompt-cache", path])
        let saved = try bytes
        let second = try run(["-p", prompt, "--prompt-cache", path])
        #expect(first.command.output == plain.command.output && second.command.output == plain.command.output)
        #expect(first.promptTokens == plain.promptTokens && second.promptTokens == 1)
        #expect(!first.command.error.contains("notice:"))
        #expect(
            second.command.error.contains(
                "notice: \(plain.promptTokens - 1) of the prompt's \(plain.promptTokens) tokens come from \(path)"))
        #expect(try bytes == saved && folder.names == ["prompt.cache"])
    }

    @Test("What the prompt begins with in common is not read again, and the file gets the longer prompt")
    func longer() throws {
        let first = try run(["-p", prompt, "--prompt-cache", path])
        let saved = try bytes
        let longer = prompt + " Every day they"
        let plain = try run(["-p", longer])
        let second = try run(["-p", longer, "--prompt-cache", path])
        #expect(second.command.output == plain.command.output)
        #expect(second.promptTokens == plain.promptTokens - first.promptTokens + 1)
        #expect(try bytes != saved)
        #expect(try run(["-p", longer, "--prompt-cache", path]).promptTokens == 1)
        // A prompt that has nothing in common is read whole.
        let other = try run(["-p", "The cat sat", "--prompt-cache", path])
        #expect(other.command.output == (try run(["-p", "The cat sat"]).command.output))
        #expect(try run(["-p", "The cat sat", "--prompt-cache", path]).promptTokens == 1)
    }

    @Test("--prompt-cache-ro reads the file, and never writes it")
    func readOnly() throws {
        _ = try run(["-p", prompt, "--prompt-cache", path, "--prompt-cache-ro"])
        #expect(try folder.names.isEmpty)
        _ = try run(["-p", prompt, "--prompt-cache", path])
        let saved = try bytes
        let longer = prompt + " Every day they"
        let run = try run(["-p", longer, "--prompt-cache", path, "--prompt-cache-ro"])
        #expect(run.command.output == (try self.run(["-p", longer]).command.output) && run.promptTokens < 8)
        #expect(try bytes == saved)
    }

    @Test("A damaged or foreign file is refused in one line, and stays as it is")
    func damaged() throws {
        _ = try run(["-p", prompt, "--prompt-cache", path])
        let saved = try bytes
        let other = try run(["-p", prompt, "--prompt-cache", path, "-ctk", "q8_0"]).command
        #expect(other.status == 1 && other.errorLine?.hasSuffix("use -ctk f16 -ctv f16, or another file") == true)
        let short = try run(["-p", "Zoe", "--prompt-cache", path, "-c", "9"]).command
        #expect(short.status == 1 && short.errorLine?.contains("make the context longer (-c ") == true)
        #expect(try bytes == saved)
        for damaged in [saved.dropLast(), saved.dropLast() + [~saved[saved.count - 1]], Data("GGUF".utf8)] {
            try damaged.write(to: URL(fileURLWithPath: path))
            let run = try run(["-p", prompt, "--prompt-cache", path]).command
            #expect(run.status == 1 && run.output.isEmpty && run.errorLine?.contains(path) == true)
            #expect(try bytes == damaged)
        }
        // An empty one is none, as with llama.cpp.
        try Data().write(to: URL(fileURLWithPath: path))
        #expect(try run(["-p", prompt, "--prompt-cache", path]).command.status == 0)
        #expect(try bytes == saved)
    }

    @Test("It is refused where it has no effect")
    func refused() throws {
        for flags in [["--prompt-cache", path, "-cnv"], ["--prompt-cache-ro"]] {
            let run = try Command("gemma-generate", ["-p", prompt] + flags)
            #expect(run.status == 2 && run.errorLine?.contains("--prompt-cache") == true)
        }
    }
}
