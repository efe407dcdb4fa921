import Chat
import JSON

/// A conversation from bytes. The lowest bits of the first byte are the options. The rest is records, each behind a
/// byte 0x1E, of fields, each behind a byte 0x1F; the first byte of a record is its kind.
struct FuzzedConversation {
    private(set) var prompt = ChatPrompt(messages: [])
    /// Whether the template reads the messages of tools.
    let readsResults: Bool

    init(_ input: [UInt8]) {
        let options = input.first ?? 0
        readsResults = options & 1 != 0
        prompt.addsGenerationPrompt = options & 2 != 0
        prompt.variables["enable_thinking"] = .bool(options & 4 != 0)
        prompt.variables["preserve_thinking"] = .bool(options & 8 != 0)
        for record in input.dropFirst().split(separator: 0x1E) {
            let fields = record.dropFirst().split(separator: 0x1F, omittingEmptySubsequences: false)
                .map { String(decoding: $0, as: UTF8.self) }
            if let kind = record.first { append(kind, fields) }
        }
    }

    private mutating func append(_ kind: UInt8, _ fields: [String]) {
        let last = prompt.messages.count - 1
        func field(_ index: Int) -> String { index < fields.count ? fields[index] : "" }
        switch kind {
        case UInt8(ascii: "s"): prompt.messages.append(.system(.text(field(0))))
        case UInt8(ascii: "u"): prompt.messages.append(.user(.text(field(0))))
        case UInt8(ascii: "p"): prompt.messages.append(.user(.parts(fields.map { .text($0) })))
        case UInt8(ascii: "a"):
            prompt.messages.append(
                Message(
                    role: .assistant, content: .text(field(0)), reasoning: fields.count > 1 ? field(1) : nil))
        case UInt8(ascii: "c") where last >= 0:
            prompt.messages[last].toolCalls.append(ToolCall(id: field(2), name: field(0), arguments: field(1)))
        case UInt8(ascii: "r"):
            prompt.messages.append(
                Message(role: .tool, content: .text(field(0)), toolCallID: field(1), name: field(2)))
        case UInt8(ascii: "t"):
            let parameters = try? JSONValue(json: field(2))
            prompt.tools.append(
                ToolDescription(name: field(0), description: field(1), parameters: parameters))
        case UInt8(ascii: "v"): prompt.variables[field(0)] = .string(field(1))
        default: break
        }
    }

    /// The same with another character in all texts.
    func replacing(_ scalar: Unicode.Scalar, by other: Unicode.Scalar) -> ChatPrompt {
        let replacement = Replacement(scalar: scalar, other: other)
        var prompt = prompt
        prompt.messages = prompt.messages.map { replacement.applied($0) }
        prompt.tools = prompt.tools.map {
            ToolDescription(
                name: replacement.applied($0.name), description: replacement.applied($0.description),
                parameters: $0.parameters.map { replacement.applied($0) })
        }
        prompt.variables = JSONObject(prompt.variables.map { (replacement.applied($0), replacement.applied($1)) })
        return prompt
    }
}

/// Replaces a character in every text of a conversation.
private struct Replacement {
    let scalar: Unicode.Scalar
    let other: Unicode.Scalar

    func applied(_ text: String) -> String {
        String(String.UnicodeScalarView(text.unicodeScalars.map { $0 == scalar ? other : $0 }))
    }

    func applied(_ value: JSONValue) -> JSONValue {
        switch value {
        case .string(let text): .string(applied(text))
        case .array(let elements): .array(elements.map { applied($0) })
        case .object(let members): .object(JSONObject(members.map { (applied($0), applied($1)) }))
        default: value
        }
    }

    /// Of JSON, in which the character may be written as an escape, and of other text.
    private func applied(json text: String) -> String {
        guard let value = try? JSONValue(json: text), case .object = value else { return applied(text) }
        return applied(value).json
    }

    func applied(_ message: Message) -> Message {
        var message = message
        switch message.content {
        case .text(let text)?:
            message.content = .text(message.role == .tool ? applied(json: text) : applied(text))
        case .parts(let parts)?:
            message.content = .parts(
                parts.map { if case .text(let text) = $0 { .text(applied(text)) } else { $0 } })
        case nil: break
        }
        message.reasoning = message.reasoning.map { applied($0) }
        message.toolCalls = message.toolCalls.map {
            ToolCall(id: applied($0.id), name: applied($0.name), arguments: applied(json: $0.arguments))
        }
        message.toolCallID = message.toolCallID.map { applied($0) }
        message.name = message.name.map { applied($0) }
        return message
    }
}
