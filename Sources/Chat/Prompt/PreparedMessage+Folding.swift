import JSON

extension PreparedMessage {
    /// Whether a template writes Gemma's calls but makes a turn of its own of a tool's message, which no model was
    /// trained on. Newer ones look for the messages that follow a call.
    static func mustFoldResults(for source: String) -> Bool {
        source.containsBytes(of: "'<|tool_call>call:'")
            && !source.containsBytes(of: "{#- OpenAI Chat Completions:") && !source.containsBytes(of: "tool_call_id")
    }

    /// Moves the results of calls, and the text that answers them, into the message that has the calls: to the model
    /// all this is one turn.
    static func foldingResults(_ messages: [PreparedMessage]) -> [PreparedMessage] {
        var folded: [PreparedMessage] = []
        var rest = messages[...]
        while var message = rest.popFirst() {
            defer { folded.append(message) }
            guard message.role == .assistant, !message.calls.isEmpty else { continue }
            while let result = rest.first, result.role == .tool {
                rest.removeFirst()
                message.addResponse(result)
            }
            guard !message.responses.isEmpty, let answer = rest.first, answer.role == .assistant, answer.calls.isEmpty
            else { continue }
            rest.removeFirst()
            message.content = .text(message.content.text + answer.content.text)
        }
        return folded
    }

    private mutating func addResponse(_ result: PreparedMessage) {
        let place = responses.count
        let call = calls.first { $0.id == result.toolCallID } ?? (place < calls.count ? calls[place] : nil)
        responses.append(Response(name: call?.name ?? result.name, value: result.content.asResult))
    }
}

extension PreparedMessage.Content {
    /// An object, which templates write as one, or text.
    fileprivate var asResult: JSONValue {
        if case .object(let members)? = try? JSONValue(json: text) { return .object(members) }
        return .string(text)
    }
}

extension String {
    /// `contains` goes by characters, which takes many times longer.
    fileprivate func containsBytes(of text: String) -> Bool {
        var copy = self
        let wanted = Array(text.utf8)
        return copy.withUTF8 { bytes in
            guard let first = wanted.first, bytes.count >= wanted.count else { return wanted.isEmpty }
            return (0...(bytes.count - wanted.count)).contains { start in
                bytes[start] == first && bytes[start..<(start + wanted.count)].elementsEqual(wanted)
            }
        }
    }
}
