import ArgumentParser
import Foundation
import GGUF
import ReferenceCheck

struct Text: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Tokenizes and detokenizes the cases of DIR/tokenizer.json and DIR/chat.json.")

    @Argument(help: "The folder.")
    var directory: String

    @Option(help: "A GGUF file with the vocabulary.")
    var vocab: String

    @OptionGroup var output: OutputOptions

    func run() throws {
        let check = try TokenizerCheck(vocabulary: GGUFFile(contentsOf: URL(fileURLWithPath: vocab)))
        let folder = URL(fileURLWithPath: directory)
        let files = ["tokenizer.json", "chat.json"].filter {
            FileManager.default.fileExists(atPath: folder.appendingPathComponent($0).path)
        }
        try output.report(files) { try check.run(folder.appendingPathComponent($0)) }
    }
}
