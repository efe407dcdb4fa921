extension Reply {
    /// Adds what an event tells: with all events of a parser, in their order, the reply is the parser's. Only whether
    /// the limit of tokens cut it off is in no event.
    public mutating func apply(_ event: ReplyEvent) {
        switch event {
        case .reasoning(let delta): reasoning += delta
        case .content(let delta): content += delta
        case .callBegan(_, let id, let name): toolCalls.append(ToolCall(id: id, name: name, arguments: ""))
        case .arguments(let index, let delta):
            if toolCalls.indices.contains(index) { toolCalls[index].arguments += delta }
        case .callEnded: finishReason = .toolCalls
        case .callFailed(let call, let voided):
            toolCalls.removeSubrange(voided.clamped(to: toolCalls.indices))
            malformedCalls.append(call)
        }
    }
}
