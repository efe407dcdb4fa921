import BundledModel
import Foundation
import Testing

/// Files that shrink while they are read, full disks, and signals at bad moments.
@Suite("Faults")
struct FaultTests {
    private static let text = Command.fixtures.appendingPathComponent("stories/held-out.txt").path

    private func modelCopy() throws -> TemporaryFile {
        try TemporaryFile(Data(contentsOf: #require(BundledModel.target)))
    }

    private func expectShrunk(_ run: Command, _ path: String, sourceLocation: SourceLocation = #_sourceLocation) {
        #expect(run.status == 1 && !run.isKilled, sourceLocation: sourceLocation)
        let line = "error: \(path) shrank or can no longer be read; do not change it while it is in use\n"
        #expect(run.error.hasSuffix(line), "\(run.error)", sourceLocation: sourceLocation)
    }

    // MARK: - Files that shrink

    @Test("A model that shrinks during generation is one error line, not a crash", arguments: [0, 65536])
    func shrinkingModel(_ size: Int) throws {
        let model = try modelCopy()
        // Weights are read in each pass, and there are many to come.
        let run = try Command(
            "gemma-generate", ["-m", model.path, "-p", "Once", "--ignore-eos", "-c", "200000"], interruptAfter: 40
        ) { _ in truncate(model.path, size) }
        expectShrunk(run, model.path)
        #expect(run.output.hasPrefix("Once"))
    }

    @Test("A model that shrinks while a text is read")
    func shrinkingModelReading() throws {
        let model = try modelCopy()
        let story = try Data(contentsOf: URL(fileURLWithPath: Self.text))
        let text = try TemporaryFile((0..<40).flatMap { _ in story })  // half a minute of work
        let folder = try TemporaryFolder()
        let run = try Command(
            "gemma-perplexity",
            ["-m", model.path, "-f", text.path, "-c", "64", "--kl-divergence-base", folder.path("run.kld")],
            interruptAfter: 3
        ) { _ in truncate(model.path, 0) }
        withExtendedLifetime(text) {}
        #expect(run.status == 1 && !run.isKilled && run.error.contains("error: \(model.path) shrank"))
        #expect(try folder.names.isEmpty)
    }

    @Test("A model that vanishes or is replaced is read to the end")
    func vanishingModel() throws {
        let model = try modelCopy()
        let run = try Command(
            "gemma-generate", ["-m", model.path, "--temp", "0", "-p", "Once", "--ignore-eos", "-n", "600"],
            interruptAfter: 4
        ) { _ in try FileManager.default.removeItem(atPath: model.path) }
        #expect(run.status == 0)
    }

    @Test("A SIGBUS outside of mapped files stays a crash")
    func otherBusErrors() throws {
        let run = try Command(
            "gemma-generate", ["--ignore-eos", "-c", "200000"], shell: "SWIFT_BACKTRACE=enable=no exec \"$@\"",
            interruptAfter: 40
        ) { kill($0.processIdentifier, SIGBUS) }
        #expect(run.status == SIGBUS && run.isKilled)
    }

    // MARK: - Full disks

    @Test("A full disk does not leave a partial file")
    func fullDisk() throws {
        let target = try #require(BundledModel.target).path
        let folder = try TemporaryFolder()
        let output = folder.path("out")
        let limited = "ulimit -f 64; XDG_CACHE_HOME='\(folder.path("cache"))' exec \"$@\""
        let commands = [
            ["gemma-quantize", "--allow-requantize", target, output, "q8_0"],
            ["gemma-perplexity", "-f", Self.text, "-c", "64", "--kl-divergence-base", output],
            ["gemma-bench", "--synthetic", "mini"],
        ]
        for command in commands {
            let run = try Command(command[0], Array(command.dropFirst()), shell: limited)
            #expect(run.status == 1 && !run.isKilled)
            let last = run.error.split(separator: "\n").last ?? ""
            #expect(last.hasPrefix("error: cannot write \(folder.url.path)"), "\(run.error)")
            #expect(last.hasSuffix("File too large"), "\(run.error)")
        }
        #expect(try folder.names == ["cache"])
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path("cache/swift-gemma")).isEmpty)
    }

    // MARK: - Signals

    @Test("Ctrl-C while a long prompt is read shows the prompt and the figures, and the exit code is 130")
    func interruptedPrompt() throws {
        let story = try String(contentsOfFile: Self.text, encoding: .utf8)
        let prompt = String(repeating: story, count: 4) + "The end"
        let run = try Command(
            "gemma-generate", ["-f", "-", "-c", "200000"], input: prompt, interruptAfter: prompt.utf8.count)
        #expect(run.status == 130 && !run.isKilled)
        #expect(run.output == prompt)
        #expect(run.error.contains("generated: 0 tokens"))
    }

    @Test("Ctrl-C never cuts a character", arguments: [1, 200, 1000])
    func interruptedText(_ bytes: Int) throws {
        let prompt = "👩‍🚀é"
        let run = try Command(
            "gemma-generate", ["--ignore-eos", "-c", "200000", "-s", "5", "--temp", "3", "-p", prompt],
            interruptAfter: bytes)
        #expect(run.status == 130 && !run.isKilled && run.output.hasPrefix(prompt))
        #expect(run.error.contains("tokens per target pass"))
        #expect(run.isWhole)
    }

    /// gemma-quantize in the middle of its file, blocked by a full pipe on standard error.
    private func stalledQuantize(_ model: String, _ folder: TemporaryFolder) throws -> (Process, FileHandle) {
        let process = Process()
        process.executableURL = try Command.executable("gemma-quantize")
        process.arguments = ["--allow-requantize", model, folder.path("out.gguf"), "q4_0"]
        let error = Pipe()
        let descriptor = error.fileHandleForWriting.fileDescriptor
        let flags = fcntl(descriptor, F_GETFL)
        #expect(fcntl(descriptor, F_SETFL, flags | O_NONBLOCK) == 0)
        var filler = [UInt8](repeating: UInt8(ascii: "."), count: 512)
        while write(descriptor, &filler, filler.count) > 0 {}
        while write(descriptor, &filler, 1) > 0 {}
        #expect(fcntl(descriptor, F_SETFL, flags) == 0)
        process.standardError = error
        process.standardOutput = FileHandle.nullDevice
        process.standardInput = FileHandle.nullDevice
        try process.run()
        while try folder.names.isEmpty, process.isRunning { usleep(1000) }
        #expect(try folder.names.allSatisfy { $0.hasPrefix("out.gguf.") && $0.hasSuffix(".part") })
        return (process, error.fileHandleForReading)
    }

    private func rest(_ handle: FileHandle) throws -> String {
        let text = String(decoding: try handle.readToEnd() ?? Data(), as: UTF8.self)
        return String(text.drop { $0 == "." })
    }

    @Test("A signal that ends the process while it writes removes the partial file")
    func terminated() throws {
        let folder = try TemporaryFolder()
        let (process, error) = try stalledQuantize(#require(BundledModel.target).path, folder)
        process.terminate()
        process.waitUntilExit()
        withExtendedLifetime(error) {}
        #expect(process.terminationReason == .uncaughtSignal && process.terminationStatus == SIGTERM)
        #expect(try folder.names.isEmpty)
    }

    @Test("An input that shrinks while it is quantized is one error line, without a partial file")
    func shrinkingInput() throws {
        let model = try modelCopy()
        let folder = try TemporaryFolder()
        let (process, error) = try stalledQuantize(model.path, folder)
        truncate(model.path, 65536)
        let said = try rest(error)
        process.waitUntilExit()
        #expect(process.terminationReason == .exit && process.terminationStatus == 1)
        // Whether the progress of a tensor is printed before it depends on when the file shrank.
        let lines = said.split(separator: "\n")
        #expect(lines.last?.hasPrefix("error: \(model.path) shrank") == true, "\(said.suffix(200))")
        #expect(try folder.names.isEmpty)
    }
}
