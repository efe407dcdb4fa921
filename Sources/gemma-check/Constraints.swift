import ArgumentParser
import Foundation
import GGUF
import ReferenceCheck

struct Constraints: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Compiles the JSON schemas and grammars of DIR/schemas.json, and follows their texts.",
        discussion: """
            Each text is divided into tokens in several ways, and must be accepted or refused whichever it is. Each \
            mask on the way is compared with what happens when a token is appended.
            """)

    @Argument(help: "The folder.")
    var directory: String

    @Option(help: "A GGUF file with the vocabulary.")
    var vocab: String

    @Flag(help: "Ask every mask about every token. Takes minutes.")
    var allTokens = false

    @OptionGroup var output: OutputOptions

    func run() throws {
        let check = try ConstraintCheck(
            vocabulary: GGUFFile(contentsOf: URL(fileURLWithPath: vocab)), checksAllTokens: allTokens)
        let folder = URL(fileURLWithPath: directory)
        let files = ["schemas.json"].filter {
            FileManager.default.fileExists(atPath: folder.appendingPathComponent($0).path)
        }
        try output.report(files) { try check.run(folder.appendingPathComponent($0)) }
    }
}
