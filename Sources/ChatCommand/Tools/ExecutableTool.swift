package import Chat
internal import Foundation
internal import JSON

/// A tool that an executable provides; see Documentation/Chat.md for what the executable is asked.
package struct ExecutableTool: Sendable {
    package let description: ToolDescription
    private let process: ToolProcess

    package var name: String { description.name }

    /// The tools of an executable, which is run to describe them.
    /// - Parameters:
    ///   - path: never searched for in `PATH`.
    ///   - timeLimit: for each run, in seconds.
    /// - Throws: `ToolError`.
    package static func tools(at path: String, timeLimit: Int) async throws -> [ExecutableTool] {
        // A path that the process's folder does not matter to.
        let full = URL(fileURLWithPath: path.expandingTilde).standardizedFileURL.path
        let process = ToolProcess(path: full, timeLimit: timeLimit)
        let text = try await process.run("describe", input: "")
        do throws(ToolDeclarationError) {
            return try ToolDescription.declared(in: text).map { ExecutableTool(description: $0, process: process) }
        } catch {
            throw ToolError.invalidDescription(path: path, reason: "\(error)")
        }
    }

    /// The tools of several executables.
    /// - Throws: `ToolError`.
    package static func tools(at paths: [String], timeLimit: Int) async throws -> [ExecutableTool] {
        var tools: [ExecutableTool] = []
        for path in paths {
            for tool in try await Self.tools(at: path, timeLimit: timeLimit) {
                if tools.contains(where: { $0.name == tool.name }) { throw ToolError.duplicate(name: tool.name) }
                tools.append(tool)
            }
        }
        return tools
    }

    /// - Parameter arguments: a JSON object.
    /// - Returns: the result for the model.
    /// - Throws: `ToolError`, or `CancellationError`.
    package func call(arguments: String) async throws -> String { try await process.run(name, input: arguments) }
}
