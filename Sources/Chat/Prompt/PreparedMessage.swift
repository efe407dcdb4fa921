import JSON

/// A message as templates take it: checked, arguments as objects, texts joined where templates do not.
struct PreparedMessage {
    enum Content {
        case none
        case text(String)
        /// Of a user or assistant.
        case texts([String])

        var text: String {
            switch self {
            case .none: ""
            case .text(let text): text
            case .texts(let texts): texts.joined()
            }
        }
    }

    struct Call {
        var id: String
        var name: String
        var arguments: JSONObject
    }

    /// The result of a call, for templates that do not read a tool's messages.
    struct Response {
        var name: String?
        var value: JSONValue
    }

    var role: Message.Role
    var content: Content
    var reasoning: String?
    var calls: [Call] = []
    var responses: [Response] = []
    var toolCallID: String?
    var name: String?

    /// - Parameter index: for errors.
    init(_ message: Message, at index: Int) throws(PromptError) {
        // Not every template knows developers.
        role = message.role == .developer ? .system : message.role
        reasoning = message.reasoning
        toolCallID = message.toolCallID
        name = message.name
        content = try PreparedMessage.content(of: message, at: index)
        for call in message.toolCalls { calls.append(try PreparedMessage.call(call, at: index)) }
    }

    private static func content(of message: Message, at index: Int) throws(PromptError) -> Content {
        switch message.content {
        case nil: return .none
        case .text(let text)?: return .text(text)
        case .parts(let parts)?:
            var texts: [String] = []
            for part in parts {
                guard case .text(let text) = part else {
                    throw .unsupportedPart(type: part.type, message: index)
                }
                texts.append(text)
            }
            switch message.role {
            // Only the newest template joins the parts of a system message; the others print them as a Python list.
            case .system, .developer, .tool: return .text(texts.joined())
            case .user, .assistant: return .texts(texts)
            }
        }
    }

    /// The newest template refuses arguments that are text; older ones print JSON, which no model was trained on.
    private static func call(_ call: ToolCall, at index: Int) throws(PromptError) -> Call {
        let arguments: JSONValue
        do throws(JSONError) {
            arguments = try JSONValue(json: call.arguments)
        } catch {
            throw .argumentsNotJSON(call: call.name, message: index, reason: error.description)
        }
        guard case .object(let members) = arguments else {
            throw .argumentsNotObject(call: call.name, message: index)
        }
        return Call(id: call.id, name: call.name, arguments: members)
    }
}

// MARK: - JSON

extension PreparedMessage {
    var json: JSONValue {
        var members: JSONObject = ["role": .string(role.rawValue), "content": content.json]
        members["reasoning_content"] = reasoning.map { .string($0) }
        if !calls.isEmpty { members["tool_calls"] = .array(calls.map(\.json)) }
        if !responses.isEmpty { members["tool_responses"] = .array(responses.map(\.json)) }
        members["tool_call_id"] = toolCallID.map { .string($0) }
        members["name"] = name.map { .string($0) }
        return .object(members)
    }
}

extension PreparedMessage.Content {
    var json: JSONValue {
        switch self {
        case .none: .null
        case .text(let text): .string(text)
        case .texts(let texts): .array(texts.map { ["type": "text", "text": .string($0)] })
        }
    }
}

extension PreparedMessage.Call {
    var json: JSONValue {
        [
            "id": .string(id), "type": "function",
            "function": ["name": .string(name), "arguments": .object(arguments)],
        ]
    }
}

extension PreparedMessage.Response {
    var json: JSONValue {
        var members: JSONObject = [:]
        members["name"] = name.map { .string($0) }
        members["response"] = value
        return .object(members)
    }
}

extension ToolDescription {
    var json: JSONValue {
        var function: JSONObject = ["name": .string(name), "description": .string(description)]
        function["parameters"] = parameters
        for (name, value) in others { function[name] = value }
        return ["type": "function", "function": .object(function)]
    }
}
