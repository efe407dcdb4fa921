package import ArgumentParser
import Dispatch
import Foundation
internal import Tensor

/// Parses the command line, runs the command, and ends the process.
///
/// An error is one line on standard error. The exit code is 2 for an invalid command line and 1 for any other error. If
/// the reader of standard output has gone away, the process ends silently with 0. For signals see `Signals`.
package func runCommand<Command: ParsableCommand>(_ type: Command.Type) -> Never {
    // Before the first task, since the system's queues open files.
    occupyStandardStreams()
    Signals.install()
    Task { await end(with: type) }
    dispatchMain()
}

private func end<Command: ParsableCommand>(with type: Command.Type) async -> Never {
    do {
        try Kernels.validateChoice()
        try await run(type)
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

/// An invalid command line.
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
        try StandardOutput.write(Command.fullMessage(for: error) + "\n")  // the help command
    }
}

private func fail(_ message: String, code: Int32) -> Never {
    TerminalLine.end()
    StandardError.write("error: \(errorLine(message))\n")
    exit(code)
}
