import Assistant
import Foundation
import GGUF
import Gemma4
import Logging
import Sampling
import Speculative
import Synchronization
import Tensor
import Testing

@Suite("A drafter that is never right")
struct WarningTests {
    /// Keeps the logged lines.
    private final class Log: Sendable {
        let lines = Mutex<[String]>([])
    }

    private struct Handler: LogHandler {
        let log: Log
        var metadata: Logger.Metadata = [:]
        var logLevel = Logger.Level.trace

        subscript(metadataKey key: String) -> Logger.Metadata.Value? {
            get { metadata[key] }
            set { metadata[key] = newValue }
        }

        func log(event: LogEvent) { log.lines.withLock { $0.append("\(event.level): \(event.message)") } }
    }

    @Test("earns one warning after 64 drafts")
    func warning() throws {
        let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .appendingPathComponent("Fixtures/e2b-q8_0")
        let pair = StoryPair(
            target: try Target(GGUFFile(contentsOf: folder.appendingPathComponent("target.gguf"))),
            drafter: try Drafter(GGUFFile(contentsOf: folder.appendingPathComponent("assistant.gguf"))))
        let log = Log()
        let decoder = try pair.decoder(drafts: 4, logger: Logger(label: "test") { _ in Handler(log: log) })
        try decoder.append([2, 9, 33])
        _ = try decoder.readPrompt()
        while decoder.statistics.drafted < 64 {
            #expect(log.lines.withLock { $0.isEmpty })
            _ = try decoder.round(limit: 100, stopTokens: [])
        }
        for _ in 0..<20 { _ = try decoder.round(limit: 100, stopTokens: []) }
        let lines = log.lines.withLock { $0 }
        #expect(lines.count == 1)
        #expect(lines.first?.hasPrefix("warning: 0 of 64 drafts were accepted") == true)
    }
}
