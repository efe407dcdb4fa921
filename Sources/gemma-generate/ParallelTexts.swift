import CommandSupport
import Foundation
import Gemma
import GenerationCommand

/// Several continuations of one prompt, written at once. The prompt is read once.
struct ParallelTexts {
    let engine: Engine
    let prompt: String
    let options: GenerationOptions
    let count: Int
    let isJSON: Bool

    /// A continuation as a line of JSON.
    private struct Line: Encodable {
        let index: Int
        let seed: UInt64?
        let text: String
        let tokens: Int
        let finish_reason: String?
    }

    /// Writes them in order, each when it is complete.
    /// - Returns: figures of all of them.
    func run() async throws -> [GenerationStatistics] {
        let seed = options.seed ?? .random(in: 0...UInt64(UInt32.max))
        let answers = try (0..<count).map { index in
            var options = options
            options.seed = seed &+ UInt64(index)
            return try engine.submit(.init(prompt: .raw([.markup(prompt)]), options: options))
        }
        var statistics: [GenerationStatistics] = []
        for (index, answer) in answers.enumerated() {
            let response = try await answer.collect()
            statistics.append(response.statistics)
            let seed = seed &+ UInt64(index)
            try StandardOutput.write(isJSON ? line(index, seed, response) : text(index, seed, response))
        }
        return statistics
    }

    private func text(_ index: Int, _ seed: UInt64, _ response: GemmaSession.Response) -> String {
        "--- \(index + 1) of \(count), seed \(seed)\n\(response.text)\n"
    }

    private func line(_ index: Int, _ seed: UInt64, _ response: GemmaSession.Response) throws -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        let line = Line(
            index: index, seed: seed, text: response.text, tokens: response.tokens.count,
            finish_reason: response.finishReason?.rawValue)
        return String(decoding: try encoder.encode(line), as: UTF8.self) + "\n"
    }
}
