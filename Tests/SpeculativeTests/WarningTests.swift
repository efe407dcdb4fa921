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

    /// A pair of random weights: no draft is ever accepted.
    private func decoder(drafts: Int, log: Log) throws -> SpeculativeDecoder {
        let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .appendingPathComponent("Fixtures/e2b-q8_0")
        let pair = StoryPair(
            target: try Target(GGUFFile(contentsOf: folder.appendingPathComponent("target.gguf"))),
            drafter: try Drafter(GGUFFile(contentsOf: folder.appendingPathComponent("assistant.gguf"))))
        let decoder = try pair.decoder(drafts: drafts, logger: Logger(label: "test") { _ in Handler(log: log) })
        try decoder.appendPrompt([2, 9, 33])
        _ = try decoder.readPrompt()
        return decoder
    }

    @Test("earns one warning after 64 rounds, however many drafts they had", arguments: [1, 4])
    func warning(drafts: Int) throws {
        let log = Log()
        let decoder = try decoder(drafts: drafts, log: log)
        while decoder.statistics.rounds < 64 {
            #expect(log.lines.withLock { $0.isEmpty })
            _ = try decoder.round(limit: 100, stopTokens: [])
        }
        for _ in 0..<20 { _ = try decoder.round(limit: 100, stopTokens: []) }
        let lines = log.lines.withLock { $0 }
        #expect(lines.count == 1)
        #expect(lines.first?.hasPrefix("warning: the first draft was accepted in 0 of 64 rounds") == true)
    }

    @Test("earns none if its first drafts are right now and then, however few of all drafts are")
    func noWarning() throws {
        let log = Log()
        let decoder = try decoder(drafts: 8, log: log)
        // The coin accepts the first draft in a tenth of the rounds and never a second one: 1 draft of 80.
        decoder.options = DraftOptions(
            length: .fixed(8), syntheticAcceptance: try SyntheticAcceptance(rates: [0.1], seed: 1))
        for _ in 0..<100 { _ = try decoder.round(limit: 100, stopTokens: []) }
        #expect(log.lines.withLock { $0.isEmpty })
    }
}
