import ArgumentParser
import CommandSupport
import Foundation
import Gemma
import ReferenceCheck

struct Answers: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Prints answers of a model under the JSON schemas of DIR/schemas.json.",
        discussion: """
            One JSON object a line, with name (of the schema), seed, text and finish, for Scripts/validate-answers, \
            which has another validator than ours. Finish is endOfText unless the answer was cut off.
            """)

    @Argument(help: "The folder.")
    var directory: String

    @OptionGroup var pair: PairOptions

    @Option(help: "Answers under each schema, with as many seeds.")
    var seeds = 20

    @Option(name: [.customShort("n"), .long], help: "The most tokens of an answer.")
    var predict = 256

    @Option(name: .customLong("temp"), help: "The temperature.")
    var temperature: Float = 2

    @OptionGroup var threads: ThreadOptions

    func validate() throws {
        guard pair.target != nil else { throw ValidationError("name a model with -m") }
        guard (1...10_000).contains(seeds) else { throw ValidationError("--seeds is \(seeds); expected 1 to 10000") }
    }

    func run() async throws {
        guard let target = pair.target else { throw ValidationError("name a model with -m") }
        let file = URL(fileURLWithPath: directory).appendingPathComponent("schemas.json")
        let cases = try ConstraintCase.all(at: file).filter { $0.error == nil && $0.isSchema }
        let session = try GemmaModel(contentsOf: target, drafter: pair.drafter, threads: threads.count)
            .makeSession()
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        for item in cases {
            for seed in 0..<UInt64(seeds) {
                session.reset()
                let options = GenerationOptions(
                    temperature: temperature, topK: 0, topP: 1, seed: seed, constraint: item.constraint,
                    maximumResponseTokens: predict)
                let response = try await session.respond(to: "Once upon a time", options: options)
                let answer = Answer(
                    name: item.name, seed: seed, text: response.text, finish: response.finishReason?.rawValue)
                try StandardOutput.write(String(decoding: encoder.encode(answer), as: UTF8.self) + "\n")
            }
        }
    }

    private struct Answer: Encodable {
        let name: String
        let seed: UInt64
        let text: String
        let finish: String?
    }
}
