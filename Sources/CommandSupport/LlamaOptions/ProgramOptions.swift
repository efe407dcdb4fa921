package import ArgumentParser
import Foundation
import Synchronization

/// The options that a program declares, those of its subcommands included.
package struct ProgramOptions: Sendable {
    /// The program's name.
    package let program: String
    private var declared: [String: Option] = [:]
    /// By names such as `-hf`, what the option is also called.
    private var longNames: [String: String] = [:]

    package struct Option: Sendable, Hashable {
        package let takesValue: Bool
        /// Whether the next word is its value, whatever it looks like.
        package let takesAnything: Bool

        package init(takesValue: Bool, takesAnything: Bool = false) {
            self.takesValue = takesValue
            self.takesAnything = takesAnything
        }
    }

    package init(program: String, _ declared: [String: Option]) {
        self.program = program
        self.declared = declared
    }

    /// - Throws: `DecodingError` if the parser describes its options in a way that this version does not know.
    package init<Command: ParsableCommand>(_ type: Command.Type) throws {
        try self.init(dump: Data(Command._dumpHelp().utf8))
    }

    /// - Parameter dump: what the program prints for `--experimental-dump-help`.
    package init(dump: Data) throws {
        let command = try JSONDecoder().decode(Dump.self, from: dump).command
        program = command.commandName
        // The parser answers these itself.
        for name in ["--help-hidden", "--generate-completion-script", "--experimental-dump-help"] {
            declared[name] = Option(takesValue: false)
        }
        add(command)
    }

    private static let running = Mutex<ProgramOptions?>(nil)

    /// Those of the program that is running; nil before its command line is read.
    package static var current: ProgramOptions? {
        get { running.withLock { $0 } }
        set { running.withLock { $0 = newValue } }
    }

    package subscript(name: String) -> Option? { declared[name] }

    /// The name of an option that the parser is given. Where a command line is wrong, the parser looks for `-h` within
    /// `-hf`, and would print the help in place of the error.
    func parserName(of name: String) -> String { longNames[name] ?? name }

    package var names: some Collection<String> { declared.keys }

    private mutating func add(_ command: Dump.Command) {
        for argument in command.arguments ?? [] {
            for name in argument.names ?? [] {
                declared[(name.kind == "long" ? "--" : "-") + name.name] = Option(
                    takesValue: argument.kind == "option", takesAnything: argument.parsingStrategy == "unconditional")
                if name.kind != "long", name.name.count > 1, name.name.hasPrefix("h") {
                    longNames["-" + name.name] = argument.names?.first { $0.kind == "long" }.map { "--" + $0.name }
                }
            }
        }
        // The help command has another name for help, `-help`, which only it knows.
        for subcommand in command.subcommands ?? [] where subcommand.commandName != "help" { add(subcommand) }
    }
}

/// How swift-argument-parser describes a command (`ToolInfoV0`), as far as it is needed here.
private struct Dump: Decodable {
    let command: Command

    struct Command: Decodable {
        let commandName: String
        let subcommands: [Command]?
        let arguments: [Argument]?
    }

    struct Argument: Decodable {
        struct Name: Decodable {
            let kind: String
            let name: String
        }

        let kind: String
        let parsingStrategy: String
        let names: [Name]?
    }
}
