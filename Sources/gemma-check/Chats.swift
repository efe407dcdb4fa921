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

    func run() throws {
        let folder = URL(fileURLWithPath: directory)
        let checks: [(name: String, run: (URL) throws -> CountedResult)] = [
            ("templates.json", TemplateCheck.run), ("syntax.json", TemplateCheck.run), ("replies.json", ReplyCheck.run),
        ]
        let present = checks.filter {
            FileManager.default.fileExists(atPath: folder.appendingPathComponent($0.name).path)
        }
        let runs = Dictionary(uniqueKeysWithValues: present)
        try output.report(present.map(\.name)) { name in
            guard let run = runs[name] else { preconditionFailure("no check of \(name)") }
            return try run(folder.appendingPathComponent(name))
        }
    }
}
