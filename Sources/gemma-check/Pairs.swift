import ArgumentParser
import Foundation
import ReferenceCheck
import Tensor

struct Pairs: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Runs every folder below DIR that has an expected.json: logits, hidden states, drafts, texts, rounds."
    )

    @Argument(help: "The folder.")
    var directory: String

    @Flag(
        help: """
            Compute with float activations throughout, and expect the reference's texts. Without it quantized weights meet \
            activations of 8 bits, as in generation, and the error may be what llama.cpp's is.
            """)
    var exact = false

    @Option(name: .shortAndLong, help: "Threads.")
    var threads = ThreadPool.physicalCoreCount

    @OptionGroup var output: OutputOptions

    func run() throws {
        let root = URL(fileURLWithPath: directory)
        let paths = FileManager.default.enumerator(atPath: root.path)?.compactMap { $0 as? String } ?? []
        let folders = paths.filter { $0.hasSuffix("expected.json") }.map { String($0.dropLast("expected.json".count)) }
        try output.report(folders.sorted()) { folder in
            try PairCheck(folder: root.appendingPathComponent(folder), name: folder, threads: threads, isExact: exact)
                .run()
        }
    }
}
