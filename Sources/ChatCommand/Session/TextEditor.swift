internal import Foundation
internal import LineEditing
internal import Subprocess

/// The program that the user edits texts with.
struct TextEditor: Sendable {
    /// A command of the shell.
    let command: String

    /// That of `VISUAL` or `EDITOR`; nil if neither is set.
    static var current: TextEditor? {
        let environment = ProcessInfo.processInfo.environment
        return [environment["VISUAL"], environment["EDITOR"]].compactMap { $0 }.first { !$0.isEmpty }
            .map { TextEditor(command: $0) }
    }

    /// - Returns: the text as the user left it, but for newlines at its end.
    /// - Throws: `EditorError`, or what reading and writing files throws.
    func edit(_ text: String) async throws -> String {
        let name = String(format: "gemma-chat-%08x.md", UInt32.random(in: 0...UInt32.max))
        let url = FileManager.default.temporaryDirectory.appendingPathComponent(name)
        try PrivateFile.replace(url, with: text + "\n")
        defer { try? FileManager.default.removeItem(at: url) }
        // Ctrl-C is the editor's. It is handled and not ignored, since the editor would inherit that.
        let former = [SIGINT, SIGQUIT].map { ($0, signal($0) { _ in }) }
        defer { for (number, handler) in former { signal(number, handler) } }
        // Not in a session of its own: it needs the terminal. The shell outlives Ctrl-C too.
        let result = try await Subprocess.run(
            .path("/bin/sh"), arguments: ["-c", "trap : INT QUIT; \(command) \"$1\"", "sh", url.path],
            input: .currentStandardInput, output: .currentStandardOutput, error: .currentStandardError)
        guard result.terminationStatus.isSuccess else {
            throw EditorError(command: command, status: "\(result.terminationStatus)")
        }
        let changed = String(decoding: try Data(contentsOf: url), as: UTF8.self)
        return String(changed.reversed().drop(while: \.isNewline).reversed())
    }
}

struct EditorError: Error, CustomStringConvertible {
    let command: String
    let status: String

    var description: String { "\(command) ended with \(status); nothing was changed" }
}
