/// Why a tool cannot be used, or gave no result.
package enum ToolError: Error, Hashable, Sendable, CustomStringConvertible {
    case cannotRun(path: String, reason: String)
    case invalidDescription(path: String, reason: String)
    /// Two executables describe tools of the same name.
    case duplicate(name: String)
    case failed(output: String)
    case endedBy(status: String)
    case tooSlow(seconds: Int)
    case tooLong(limit: Int)

    /// What the model is told, or the user at the start.
    package var description: String {
        switch self {
        case .cannotRun(let path, let reason): "cannot run \(path): \(reason)"
        case .invalidDescription(let path, let reason): "\(path) describe: \(reason)"
        case .duplicate(let name): "there are two tools by the name of \(name)"
        case .failed(let output): output
        case .endedBy(let status): "the tool ended with \(status)"
        case .tooSlow(let seconds): "the tool gave no result within \(seconds) s"
        case .tooLong(let limit): "the tool's output is longer than \(limit) bytes"
        }
    }
}
