internal import Foundation
internal import Subprocess

/// An executable that is run once and given a text.
struct ToolProcess: Sendable {
    let path: String
    /// How long it may take.
    let timeLimit: Int
    /// The most bytes of standard output, and of standard error.
    static let outputLimit = 1 << 20

    /// - Returns: standard output.
    /// - Throws: `ToolError`, or `CancellationError`.
    func run(_ argument: String, input: String) async throws -> String {
        let seconds = timeLimit
        return try await withThrowingTaskGroup(of: String.self) { group in
            group.addTask { try await output(argument, input) }
            group.addTask {
                try await Task.sleep(for: .seconds(seconds))
                throw ToolError.tooSlow(seconds: seconds)
            }
            // Ends the process if the time is over.
            defer { group.cancelAll() }
            guard let output = try await group.next() else { throw CancellationError() }
            return output
        }
    }

    private func output(_ argument: String, _ input: String) async throws -> String {
        var options = PlatformOptions()
        // A session of its own: it cannot read the terminal, and everything that it started ends with it.
        options.createSession = true
        options.teardownSequence = [
            .gracefulShutDown(toProcessGroup: true, allowedDurationToNextStep: .seconds(1)),
            .send(signal: .kill, toProcessGroup: true, allowedDurationToNextStep: .seconds(1)),
        ]
        let file: InputFile
        do {
            file = try InputFile(input)
        } catch {
            throw ToolError.cannotRun(path: path, reason: "its input cannot be written to a file: \(error)")
        }
        do {
            let result = try await Subprocess.run(
                .path(.init(path)), arguments: [argument], platformOptions: options,
                input: .fileDescriptor(.init(rawValue: file.descriptor), closeAfterSpawningProcess: false),
                output: .bytes(limit: Self.outputLimit), error: .bytes(limit: Self.outputLimit))
            if result.terminationStatus.isSuccess { return String(decoding: result.standardOutput, as: UTF8.self) }
            let complaint = String(decoding: result.standardError, as: UTF8.self).trimmed
            throw complaint.isEmpty
                ? ToolError.endedBy(status: "\(result.terminationStatus)") : ToolError.failed(output: complaint)
        } catch let error as SubprocessError {
            try Task.checkCancellation()
            switch error.code {
            case .outputLimitExceeded: throw ToolError.tooLong(limit: Self.outputLimit)
            case .executableNotFound: throw ToolError.cannotRun(path: path, reason: "it is missing, or not executable")
            default: throw ToolError.cannotRun(path: path, reason: "\(error)")
            }
        }
    }
}
