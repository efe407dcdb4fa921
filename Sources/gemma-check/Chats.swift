import ArgumentParser
import Foundation
import ReferenceCheck

struct Chats: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "chat",
        abstract: "Takes the replies of DIR/replies.json apart, for many divisions of each into pieces.")

    @Argument(help: "The folder.")
    var directory: String

    @OptionGroup var output: OutputOptions

    func run() throws {
        let folder = URL(fileURLWithPath: directory)
        let files = ["replies.json"].filter {
            FileManager.default.fileExists(atPath: folder.appendingPathComponent($0).path)
        }
        try output.report(files) { try ReplyCheck.run(folder.appendingPathComponent($0)) }
    }
}
