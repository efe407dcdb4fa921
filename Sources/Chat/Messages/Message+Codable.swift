extension Message: Codable {
    private enum CodingKeys: String, CodingKey {
        case role, content, name, reasoning
        case reasoningContent = "reasoning_content"
        case toolCalls = "tool_calls"
        case toolCallID = "tool_call_id"
    }

    /// Members that are not known are ignored.
    public init(from decoder: any Decoder) throws {
        let members = try decoder.container(keyedBy: CodingKeys.self)
        role = try members.decode(Role.self, forKey: .role)
        content = try members.decodeIfPresent(MessageContent.self, forKey: .content)
        // Some servers write one name, some the other.
        reasoning =
            try members.decodeIfPresent(String.self, forKey: .reasoningContent)
            ?? members.decodeIfPresent(String.self, forKey: .reasoning)
        toolCalls = try members.decodeIfPresent([ToolCall].self, forKey: .toolCalls) ?? []
        toolCallID = try members.decodeIfPresent(String.self, forKey: .toolCallID)
        name = try members.decodeIfPresent(String.self, forKey: .name)
    }

    public func encode(to encoder: any Encoder) throws {
        var members = encoder.container(keyedBy: CodingKeys.self)
        try members.encode(role, forKey: .role)
        try members.encode(content, forKey: .content)  // null, too
        try members.encodeIfPresent(reasoning, forKey: .reasoningContent)
        if !toolCalls.isEmpty { try members.encode(toolCalls, forKey: .toolCalls) }
        try members.encodeIfPresent(toolCallID, forKey: .toolCallID)
        try members.encodeIfPresent(name, forKey: .name)
    }
}

extension ToolCall: Codable {
    private enum CodingKeys: String, CodingKey { case id, type, function }

    private struct Function: Codable {
        var name: String
        var arguments: String
    }

    public init(from decoder: any Decoder) throws {
        let members = try decoder.container(keyedBy: CodingKeys.self)
        let function = try members.decode(Function.self, forKey: .function)
        id = try members.decodeIfPresent(String.self, forKey: .id) ?? .randomCallID()
        name = function.name
        arguments = function.arguments
    }

    public func encode(to encoder: any Encoder) throws {
        var members = encoder.container(keyedBy: CodingKeys.self)
        try members.encode(id, forKey: .id)
        try members.encode("function", forKey: .type)
        try members.encode(Function(name: name, arguments: arguments), forKey: .function)
    }
}
