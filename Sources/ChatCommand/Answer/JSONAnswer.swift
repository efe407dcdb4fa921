internal import Chat
internal import JSON

/// The answer for a program: an object on a line for each event; see Documentation/Chat.md.
struct JSONAnswer: AnswerView {
    let streams: ChatStreams

    mutating func show(_ event: AnswerEvent) throws { try streams.write(event.object.json + "\n") }

    mutating func end() {}
}

extension AnswerEvent {
    var object: JSONObject {
        switch self {
        case .prompt(let done, let total):
            ["type": "prompt", "done": .number(JSONNumber(done)), "total": .number(JSONNumber(total))]
        case .reasoning(let text): ["type": "reasoning", "text": .string(text)]
        case .content(let text): ["type": "content", "text": .string(text)]
        case .toolCall(let call):
            [
                "type": "tool_call", "id": .string(call.id), "name": .string(call.name),
                "arguments": .string(call.arguments),
            ]
        case .malformedCall(let call):
            ["type": "malformed_call", "text": .string(call.raw), "reason": .string(call.reason.rawValue)]
        case .toolOutput(let call, let output):
            ["type": "tool_output", "id": .string(call.id), "name": .string(call.name), "text": .string(output)]
        case .finished(let summary): summary.object
        }
    }
}

extension AnswerSummary {
    fileprivate var object: JSONObject {
        func number(_ value: Double) -> JSONValue { JSONNumber(value).map { .number($0) } ?? .null }
        func number(_ value: Int) -> JSONValue { .number(JSONNumber(value)) }
        return [
            "type": "finished", "finish_reason": .string(end.openAIName), "prompt_tokens": number(promptTokens),
            "prompt_tokens_per_second": number(promptTokensPerSecond),
            "cached_tokens": number(cachedTokens), "first_token_seconds": number(firstTokenSeconds),
            "generated_tokens": number(generatedTokens),
            "generated_tokens_per_second": number(generatedTokensPerSecond), "context_tokens": number(contextTokens),
            "context_length": number(contextLength),
        ]
    }
}

extension AnswerSummary.End {
    fileprivate var openAIName: String {
        switch self {
        case .endOfText, .stopString: "stop"
        case .maximumTokens, .contextFull: "length"
        }
    }
}
