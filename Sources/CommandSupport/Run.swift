package import ArgumentParser
import Dispatch
import Foundation

/// Parses the command line, runs the command, and ends the process.
///
/// An error is one line on standard error; the exit code is 2 for a command line that cannot be understood and 1 for
/// anything else that went wrong. Where nobody reads standard output any more, the process ends quietly with 0. Signals
/// are handled as `Signals` says.
package func runCommand<Command: ParsableCommand>(_ type: Command.Type) -> Never {
    // Before there is a task, for the system's queues open files.
    occupyStandardStreams()
    Signals.install()
    Task { await end(with: type) }
    dispatchMain()
}

private func end<Command: ParsableCommand>(with type: Command.Type) async -> Never {
    do {
        try await run(type)
        exit(0)
    } catch OutputError.closed {
        exit(0)
    } catch let code as ExitCode {
        exit(code.rawValue)
    } catch let error as CommandLineError {
        fail(error.message, code: 2)
    } catch {
        let advice = (error as? any AdvisedError)?.advice.map { "; " + $0 } ?? ""
        fail("\(error)\(advice)", code: 1)
    }
}

/// A command line that cannot be understood.
private struct CommandLineError: Error {
    let message: String
}

private func run<Command: ParsableCommand>(_ type: Command.Type) async throws {
    var command: any ParsableCommand
    do {
        command = try Command.parseAsRoot()
    } catch  where Command.exitCode(for: error) != .success {
        throw CommandLineError(message: Command.message(for: error) + " (see --help)")
    } catch {
        return try StandardOutput.write(Command.fullMessage(for: error) + "\n")  // --help, --version
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
        try StandardOutput.write(Command.fullMessage(for: error) + "\n")  // --help is a command of its own
    }
}

private func fail(_ message: String, code: Int32) -> Never {
    TerminalLine.end()
    StandardError.write("error: \(errorLine(message))\n")
    exit(code)
}
