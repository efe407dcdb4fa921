package import ArgumentParser
import Dispatch
import Foundation
internal import Tensor

/// Parses the command line, runs the command, and ends the process.
///
/// Options of llama.cpp that the program does not declare are translated, ignored with a notice, or refused; see
/// `LlamaOption`. An error is one line on standard error. The exit code is 2 for an invalid command line and 1 for any
/// other error. If the reader of standard output has gone away, the process ends silently with 0. For signals see
/// `Signals`.
/// - Parameter dialect: which program of llama.cpp the options are like.
package func runCommand<Command: ParsableCommand>(
    _ type: Command.Type, dialect: LlamaDialect = .common
) -> Never {
    // Before the first task, since the system's queues open files.
    occupyStandardStreams()
    Signals.install()
    Task { await end(with: type, dialect) }
    dispatchMain()
}

private func end<Command: ParsableCommand>(with type: Command.Type, _ dialect: LlamaDialect) async -> Never {
    do {
        try Kernels.validateChoice()
        try await run(type, dialect)
        exit(0)
    } catch OutputError.closed {
        exit(0)
    } catch let code as ExitCode {
        exit(code.rawValue)
    } catch let error as CommandLineError {
        fail(error.message, code: 2)
    } catch {
        fail(explanation(of: error), code: 1)
    }
}

private func run<Command: ParsableCommand>(_ type: Command.Type, _ dialect: LlamaDialect) async throws {
    let program = try ProgramOptions(type)
    ProgramOptions.current = program
    let translation = try ArgumentTranslation(
        Array(CommandLine.arguments.dropFirst()), for: program, table: LlamaOptionTable(dialect))
    var command: any ParsableCommand
    do {
        command = try Command.parseAsRoot(translation.arguments)
    } catch  where Command.exitCode(for: error) != .success {
        throw CommandLineError(message: Command.message(for: error) + " (see --help)")
    } catch {
        return try StandardOutput.write(Command.fullMessage(for: error) + "\n")  // --help, --version
    }
    // Not before: an invalid command line is one line.
    for notice in translation.notices + ParsingNotices.taken() {
        StandardError.write("notice: \(errorLine(notice))\n")
    }
    do {
        if var asynchronous = command as? any AsyncParsableCommand {
            try await asynchronous.run()
        } else {
            try command.run()
        }
    } catch let code as ExitCode {
        throw code
    } catch let error as ValidationError {
        throw CommandLineError(message: error.message)
    } catch  where Command.exitCode(for: error) == .success {
        try StandardOutput.write(Command.fullMessage(for: error) + "\n")  // the help command
    }
}

private func fail(_ message: String, code: Int32) -> Never {
    TerminalLine.end()
    StandardError.write("error: \(errorLine(message))\n")
    exit(code)
}
