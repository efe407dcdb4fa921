import ArgumentParser
import CommandSupport
import Foundation
import ReferenceCheck

struct Pairs: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: """
            Checks each folder below DIR with an expected.json of a target and its drafter: logits, hidden states, \
            drafts, texts, rounds.
            """
    )

    @Argument(help: "The folder.")
    var directory: String

    @Flag(
        help: """
            Compute with float activations throughout, and expect the reference's texts. By default, activations are \
            rounded to 8 bits for quantized weights, as in generation, and errors may be as large as llama.cpp's.
            """)
    var exact = false

    @OptionGroup var threads: ThreadOptions
    @OptionGroup var output: OutputOptions

    func run() throws {
        let root = URL(fileURLWithPath: directory)
        let paths = FileManager.default.enumerator(atPath: root.path)?.compactMap { $0 as? String } ?? []
        let folders = paths.filter { $0.hasSuffix("expected.json") }.map { String($0.dropLast("expected.json".count)) }
        let pairs = folders.filter { PairCheck.concerns(root.appendingPathComponent($0)) }
        try output.report(pairs.sorted()) { folder in
            try PairCheck(
                folder: root.appendingPathComponent(folder), name: folder, threads: threads.count, isExact: exact
            ).run()
        }
    }
}
