import ArgumentParser
import CommandSupport
import Foundation
import ReferenceCheck

struct Quants: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Decodes and encodes the block formats of DIR/index.json that the engine reads.")

    @Argument(help: "The folder.")
    var directory: String

    @OptionGroup var output: OutputOptions

    func run() throws {
        let check = try BlockFormatCheck(folder: URL(fileURLWithPath: directory))
        if !output.json, !check.unknown.isEmpty {
            try StandardOutput.write("not read: \(check.unknown.joined(separator: ", "))\n")
        }
        try output.report(check.cases, check.run)
    }
}
