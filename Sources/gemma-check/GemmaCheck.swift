import ArgumentParser
import CommandSupport
import Logging

@main
enum Main {
    static func main() {
        // Random pairs never accept a draft, so warnings about that are noise here.
        LoggingSystem.bootstrap { _ in SwiftLogNoOpLogHandler() }
        runCommand(GemmaCheck.self)
    }
}

/// Compares the engine with reference answers.
struct GemmaCheck: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "gemma-check",
        abstract: "Compares the engine with reference answers.",
        discussion: "The exit code is 1 if anything is outside its tolerance, and 2 for an invalid command line.",
        version: Version.line,
        subcommands: [Pairs.self, Text.self, Quants.self, Chats.self, Constraints.self, Answers.self])
}
