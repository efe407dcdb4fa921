internal import Chat
package import Gemma

/// A tool of an executable, as a model's session calls it.
package struct ModelTool: Tool {
    private let tool: ExecutableTool

    package init(_ tool: ExecutableTool) { self.tool = tool }

    package var name: String { tool.name }
    package var description: String { tool.description.description }
    package var parameters: GenerationSchema {
        GenerationSchema(json: tool.description.parameters ?? ["type": "object", "properties": [:]])
    }

    /// - Throws: `ToolError`, or `CancellationError`.
    package func call(arguments: GeneratedContent) async throws -> String {
        try await tool.call(arguments: arguments.jsonString)
    }
}
