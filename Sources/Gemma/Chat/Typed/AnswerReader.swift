internal import JSON

/// Reads an answer as it is written: text, or a value in JSON.
struct AnswerReader: Sendable {
    private enum Answer {
        case text(String)
        case json(PartialJSON)
        /// Text that is not JSON, which says nothing before it is complete.
        case unreadable
    }

    private var answer: Answer
    private let id = GenerationID()

    init(isJSON: Bool) { answer = isJSON ? .json(PartialJSON()) : .text("") }

    mutating func append(_ delta: String) {
        switch answer {
        case .text(let text):
            answer = .unreadable  // so that the text is not copied
            answer = .text(text + delta)
        case .json(var json):
            answer = .unreadable
            if (try? json.append(delta)) != nil { answer = .json(json) }
        case .unreadable: break
        }
    }

    /// What is known of it; nil if that is nothing.
    var content: GeneratedContent? {
        switch answer {
        case .text(let text): GeneratedContent(jsonValue: .string(text), id: id, openLevels: 1)
        case .json(let json):
            json.value.map { GeneratedContent(jsonValue: $0, id: id, openLevels: json.openLevels) }
        case .unreadable: nil
        }
    }

    /// The complete answer.
    func whole(_ content: GeneratedContent) -> GeneratedContent {
        GeneratedContent(jsonValue: content.jsonValue, id: id, openLevels: 0)
    }
}
