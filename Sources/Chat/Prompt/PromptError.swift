import JSON

/// Why messages cannot be shown to a model.
public enum PromptError: Error, Hashable, Sendable {
    /// The arguments of a call are not JSON.
    case argumentsNotJSON(call: String, message: Int, reason: String)
    /// They are JSON, but no object.
    case argumentsNotObject(call: String, message: Int)
    /// A part that this engine does not read, by OpenAI's name of its kind.
    case unsupportedPart(type: String, message: Int)
}

extension PromptError: CustomStringConvertible {
    public var description: String {
        switch self {
        case .argumentsNotJSON(let call, let message, let reason):
            "message \(message): the arguments of the call of \(call) are not JSON: \(reason)"
        case .argumentsNotObject(let call, let message):
            "message \(message): the arguments of the call of \(call) are not a JSON object"
        case .unsupportedPart(let type, let message):
            "message \(message) has a part of type \(type); only text is supported"
        }
    }
}
