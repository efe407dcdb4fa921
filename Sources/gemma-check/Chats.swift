import ArgumentParser
import Foundation
import ReferenceCheck

struct Chats: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "chat",
        abstract: "Renders the chat templates of DIR, and takes replies apart.",
        discussion: """
            Templates are in DIR/templates.json and DIR/syntax.json, replies in DIR/replies.json. Each reply is read \
            for many divisions of it into pieces.
            """)

    @Argument(help: "The folder.")
    var directory: String

    @OptionGroup var output: OutputOptions

    private static let replies = "replies.json"

    func run() throws {
        let folder = URL(fileURLWithPath: directory)
        let present = ["templates.json", "syntax.json", Self.replies].filter {
            FileManager.default.fileExists(atPath: folder.appendingPathComponent($0).path)
        }
        try output.report(present) { name in
            let file = folder.appendingPathComponent(name)
            return try name == Self.replies ? ReplyCheck.run(file) : TemplateCheck.run(file)
        }
    }
}
