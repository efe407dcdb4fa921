import BundledModel
import Foundation
import GGUF
import Testing

/// Commands whose standard output does not accept anything.
@Suite("Standard output")
struct OutputTests {
    private static let commands: [[String]] = {
        let text = Command.fixtures.appendingPathComponent("stories/held-out.txt").path
        let pair = Command.fixtures.appendingPathComponent("31b").path
        let target = BundledModel.target?.path ?? ""
        return [
            ["gemma-generate", "-n", "8", "--temp", "0"],
            ["gemma-generate", "--list-info"],
            ["gemma-generate", "--version"],
            ["gemma-bench", "--help"],
            ["gemma-bench", "-m", target, "-p", "8", "-n", "2", "-r", "1"],
            ["gemma-check", "pairs", pair],
            ["gemma-check", "pairs", "--json", pair],
            ["gemma-perplexity", "-f", text, "-c", "64", "--chunks", "2"],
            ["gemma-perplexity", "-f", text, "-c", "64", "--chunks", "2", "--json"],
            ["gemma-quantize", "--dry-run", "--allow-requantize", target, "out.gguf", "q8_0"],
        ]
    }()

    @Test("A closed one is an error", arguments: commands)
    func closed(_ command: [String]) throws {
        let run = try Command(command[0], Array(command.dropFirst()), shell: "exec \"$@\" >&-")
        #expect(run.status == 1 && !run.isKilled)
        #expect(run.errorLine?.hasPrefix("error: cannot write to standard output: ") == true, "\(run.error)")
    }

    #if os(Linux)
        @Test("One on a full disk is an error", arguments: commands)
        func full(_ command: [String]) throws {
            let run = try Command(command[0], Array(command.dropFirst()), shell: "exec \"$@\" >/dev/full")
            #expect(run.status == 1 && !run.isKilled)
            #expect(run.errorLine == "error: cannot write to standard output: No space left on device")
        }
    #endif

    @Test("A pipe without a reader ends the command silently", arguments: commands)
    func unread(_ command: [String]) throws {
        let process = Process()
        process.executableURL = try Command.executable(command[0])
        process.arguments = Array(command.dropFirst())
        let (output, error) = (Pipe(), Pipe())
        process.standardOutput = output
        process.standardError = error
        process.standardInput = FileHandle.nullDevice
        try output.fileHandleForReading.close()
        try process.run()
        let said = try error.fileHandleForReading.readToEnd() ?? Data()
        process.waitUntilExit()
        #expect(process.terminationStatus == 0 && process.terminationReason == .exit)
        #expect(said.isEmpty, "\(String(decoding: said, as: UTF8.self))")
    }

    @Test("A run that is being saved continues when the reader has gone away")
    func unreadWhileSaving() throws {
        let folder = try TemporaryFolder()
        let text = Command.fixtures.appendingPathComponent("stories/held-out.txt").path
        // The first reader is gone before there are any results: it does not wait.
        let run = try Command(
            "gemma-perplexity",
            ["-f", text, "-c", "64", "--chunks", "20", "--kl-divergence-base", folder.path("run.kld")],
            shell: "\"$@\" | :")
        #expect(run.status == 0 && run.error.isEmpty)
        #expect(try folder.names == ["run.kld"])
    }

    @Test("A full non-blocking pipe is waited for")
    func nonBlocking() throws {
        let process = Process()
        process.executableURL = try Command.executable("gemma-generate")
        let prompt = String(repeating: "word ", count: 40_000)  // more than a pipe holds
        let file = try TemporaryFile(prompt.utf8)
        process.arguments = ["-f", file.path, "--temp", "0", "-n", "0", "-c", "100000", "--stats", "none"]
        let (output, error) = (Pipe(), Pipe())
        let descriptor = output.fileHandleForWriting.fileDescriptor
        #expect(fcntl(descriptor, F_SETFL, fcntl(descriptor, F_GETFL) | O_NONBLOCK) == 0)
        process.standardOutput = output
        process.standardError = error
        process.standardInput = FileHandle.nullDevice
        try process.run()
        // A warning about the length comes before the text, which then waits for a reader.
        let warning = error.fileHandleForReading.availableData
        #expect(String(decoding: warning, as: UTF8.self).hasPrefix("warning: the context of 100000"))
        let read = try output.fileHandleForReading.readToEnd() ?? Data()
        process.waitUntilExit()
        withExtendedLifetime(file) {}
        #expect(process.terminationStatus == 0)
        #expect(String(decoding: read, as: UTF8.self) == prompt)
    }

    @Test("No file inherits the descriptor of a closed stream")
    func allClosed() throws {
        let folder = try TemporaryFolder()
        let target = try #require(BundledModel.target).path
        let arguments = ["--allow-requantize", target, folder.path("out.gguf"), "q4_0"]
        let run = try Command("gemma-quantize", arguments, shell: "exec \"$@\" <&- >&- 2>&-")
        #expect(run.status == 0)
        let closed = try Data(contentsOf: folder.url.appendingPathComponent("out.gguf"))
        #expect(try Command("gemma-quantize", arguments).status == 0)
        #expect(try Data(contentsOf: folder.url.appendingPathComponent("out.gguf")) == closed)

        let input = try Command("gemma-generate", ["-f", "-"], shell: "exec \"$@\" <&-")
        #expect(input.status == 2)
        #expect(input.errorLine?.hasPrefix("error: cannot read -: ") == true, "\(input.error)")
    }
}
