internal import ArgumentParser
internal import CommandSupport
internal import Foundation
package import LineEditing

/// What is asked, how it is shown, and which tools there are.
package struct ConversationOptions: ParsableArguments {
    @Option(name: .shortAndLong, parsing: .unconditional, help: "The first message; escapes are as in C.")
    private var prompt: String?

    @Option(
        name: .shortAndLong, parsing: .unconditional,
        help: "A file with the first message; - for standard input. With -p, the file comes first.")
    private var file: String?

    @Flag(name: [.customLong("st", withSingleDash: true), .customLong("single-turn")], help: "Answer once, and stop.")
    private var singleTurn = false

    @Option(
        name: [.customLong("tool")], parsing: .unconditionalSingleValue,
        help: ArgumentHelp(
            "An executable with tools that the model may call; may be given again. You are asked before it runs.",
            valueName: "file"))
    private var toolPaths: [String] = []

    @Flag(help: "Run tools without asking.")
    private var yes = false

    @Option(help: "How long a tool may run, in seconds.")
    private var toolTimeout = 60

    @Option(help: "The most times that the model may call tools before it answers.")
    private var toolRounds = 16

    @Flag(help: "Do not show thoughts, only that there are some.")
    private var hideThinking = false

    @Flag(help: "Write events as JSON, one on a line, and read messages from standard input, one on a line.")
    private var json = false

    @Option(
        name: [.customLong("color"), .customLong("co", withSingleDash: true)],
        help: "Colours: auto, always or never.")
    private var color = ColorChoice.auto

    @Flag(help: "Keep neither what you enter nor the conversation.")
    private var noHistory = false

    package init() {}

    package func validate() throws {
        guard (1...86400).contains(toolTimeout) else {
            throw ValidationError("--tool-timeout is \(toolTimeout); expected 1 to 86400")
        }
        guard (1...1000).contains(toolRounds) else {
            throw ValidationError("--tool-rounds is \(toolRounds); expected 1 to 1000")
        }
    }

    package var tools: [String] { toolPaths }
    package var secondsPerCall: Int { toolTimeout }
    package var mostToolRounds: Int { toolRounds }
    package var showsThoughts: Bool { !hideThinking }
    package var isJSON: Bool { json }
    package var colors: ColorChoice { json ? .never : color }
    /// What `-p` and `-f` hold that is not `singleTurn`.
    package var isSingleTurn: Bool { singleTurn }

    /// Whether calls run without asking: yes if the user said so, no if nobody can be asked, else nil.
    package func approval(canAsk: Bool) -> Bool? { yes ? true : canAsk ? nil : false }

    /// The first message.
    /// - Parameter unescape: what escapes in `-p` become.
    /// - Returns: nil if there is none on the command line.
    /// - Throws: `ValidationError` if the file cannot be read.
    package func message(unescape: (String) -> String) throws -> String? {
        let parts = [try file.map { String(decoding: try readText($0), as: UTF8.self) }, prompt.map(unescape)]
        let texts = parts.compactMap { $0 }
        return texts.isEmpty ? nil : texts.joined(separator: "\n\n")
    }

    /// Whether `-f` reads standard input.
    package var readsStandardInput: Bool { file == "-" }

    /// Where entries are kept; nil for nowhere.
    package var history: HistoryFile? {
        noHistory ? nil : StateFolder.url().map { HistoryFile($0.appendingPathComponent("history")) }
    }

    /// Where conversations are kept; nil for nowhere.
    package var autosave: Autosave? {
        noHistory
            ? nil : StateFolder.url().map { Autosave(folder: $0.appendingPathComponent("chats", isDirectory: true)) }
    }
}
