import ArgumentParser
import CommandSupport
import Foundation
import GenerationCommand
import Logging

/// The prompt, and how much is generated and printed.
struct TextOptions: ParsableArguments {
    @Option(
        name: .shortAndLong, parsing: .unconditional,
        help: "The text to continue; escapes such as \\n, \\t and \\x41 mean what they mean in C.")
    var prompt: String?

    @Option(
        name: .shortAndLong, parsing: .unconditional,
        help: """
            A file with the text to continue; - for standard input. The text is taken as it is but for one final \
            newline. It is UTF-8; UTF-16 with a byte order mark is converted, with a warning.
            """)
    var file: String?

    @Option(
        name: [.customLong("bf", withSingleDash: true), .customLong("binary-file")], parsing: .unconditional,
        help: "The same byte for byte: the final newline stays, nothing is converted, and there are no warnings.")
    var binaryFile: String?

    @Option(
        name: [.customShort("n"), .long], parsing: .unconditional,
        help: "The most tokens to generate; -1 for as many as fit the context.")
    var predict: Int?

    @Option(
        parsing: .unconditional,
        help: """
            Write so many continuations at once, 1 to 64, with seeds s, s + 1, … Each follows a line with its number \
            and seed, when it is complete.
            """)
    var parallel: Int?

    @Flag(help: "With --parallel: a line of JSON for each continuation.")
    var json = false

    @Flag(
        name: .customLong("ignore-eos"),
        help: "Do not stop at the end of the text, only at -n or the end of the context.")
    var ignoreEOS = false

    @Flag(help: "Leave the prompt out of the output. A conversation never shows it.")
    var noDisplayPrompt = false

    @Flag(
        name: [.customShort("e"), .long], inversion: .prefixedNo, exclusivity: .chooseLast,
        help: "Interpret escapes in files too, or not even in -p.")
    var escape: Bool?

    @Flag(
        name: [.customLong("cnv", withSingleDash: true), .customLong("conversation")],
        help: "Hold a conversation, as gemma-chat does: the text is the first message. -sys and the like imply it.")
    private var conversation = false

    @Flag(
        name: [.customLong("no-cnv", withSingleDash: true), .customLong("no-conversation")],
        help: "Continue a text: this changes nothing.")
    var noConversation = false

    @Flag(
        name: [.customLong("st", withSingleDash: true), .customLong("single-turn")], help: "The same for one answer.")
    private var singleTurn = false

    @Flag(help: "Show control tokens such as <turn|> in the text.")
    var special = false

    @Flag(
        name: .shortAndLong,
        help: "Say on standard error what is loaded and how it is computed, and list the tokens of the prompt.")
    var verbose = false

    /// What the bundled model continues if no text is given.
    private static let story = "Once upon a time"

    var isConversation: Bool { conversation || singleTurn }
    var isSingleTurn: Bool { singleTurn }

    var noEscape: Bool { escape == false }

    func validate() throws {
        guard [prompt, file, binaryFile].count(where: { $0 != nil }) <= 1 else {
            throw ValidationError("-p, -f and -bf each give a prompt; leave one out")
        }
        if let parallel, !(1...64).contains(parallel) {
            throw ValidationError("--parallel is \(parallel); expected 1 to 64")
        }
        if parallel == nil, json { throw ValidationError("--json goes with --parallel") }
    }

    func promptText(isBundled: Bool) throws -> String {
        if let prompt { return noEscape ? prompt : prompt.unescaped }
        if let file { return contents(try readText(file)) }
        if let binaryFile { return contents(try readBytes(binaryFile)) }
        return isBundled ? Self.story : ""
    }

    /// The text of a file.
    private func contents(_ bytes: Data) -> String {
        let text = String(decoding: bytes, as: UTF8.self)
        return escape == true ? text.unescaped : text
    }

    /// Tells the user if something was piped in that is not going to be read.
    func noticeUnreadInput() {
        let names = ["-", "/dev/stdin", "/dev/fd/0", "/proc/self/fd/0"]
        guard !names.contains(file ?? binaryFile ?? ""), StandardInput.holdsData else { return }
        Logger(label: "gemma").notice("standard input is not read; use -f - to continue it")
    }
}
