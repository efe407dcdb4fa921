internal import Chat
package import Gemma

/// A tool of an executable, as a model's session calls it: once the user has allowed it.
package struct ModelTool: Tool {
    private let tool: ExecutableTool
    private let approval: ToolApproval

    package init(_ tool: ExecutableTool, approval: ToolApproval) { (self.tool, self.approval) = (tool, approval) }

    package var name: String { tool.name }
    package var description: String { tool.description.description }
    package var parameters: GenerationSchema {
        GenerationSchema(json: tool.description.parameters ?? ["type": "object", "properties": [:]])
    }

    /// - Throws: `ToolError`, or `CancellationError`.
    package func call(arguments: GeneratedContent) async throws -> String {
        let text = arguments.jsonString
        guard await approval.allows(name, arguments: text) else { throw ToolError.refused }
        return try await tool.call(arguments: text)
    }
}
