package import ArgumentParser
import Foundation

/// Parses the command line, runs the command, and ends the process.
///
/// An error is one line on standard error; the exit code is 2 for a command line that cannot be understood and 1 for
/// anything else that went wrong.
package func runCommand<Command: ParsableCommand>(_ type: Command.Type) async -> Never {
    var command: any ParsableCommand
    do {
        command = try Command.parseAsRoot()
    } catch {
        guard Command.exitCode(for: error) != .success else { Command.exit(withError: error) }  // --help, --version
        fail(Command.message(for: error) + " (see --help)", code: 2)
    }
    do {
        if var asynchronous = command as? any AsyncParsableCommand {
            try await asynchronous.run()
        } else {
            try command.run()
        }
        exit(0)
    } catch let code as ExitCode {
        exit(code.rawValue)
    } catch let error as CleanExit {
        Command.exit(withError: error)
    } catch let error as ValidationError {
        fail(error.message, code: 2)
    } catch  where Command.exitCode(for: error) == .success {
        Command.exit(withError: error)  // --help, which is a command of its own
    } catch {
        fail("\(error)", code: 1)
    }
}

private func fail(_ message: String, code: Int32) -> Never {
    let line = message.split(whereSeparator: \.isNewline).joined(separator: " ")
    StandardError.write("error: \(line)\n")
    exit(code)
}
