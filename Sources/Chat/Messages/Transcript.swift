/// A conversation. Encoded, it is an array of messages in OpenAI's form.
public struct Transcript: Hashable, Sendable {
    /// What was said, in order.
    public var messages: [Message]

    /// A conversation of messages.
    public init(_ messages: [Message]) { self.messages = messages }
}

extension Transcript: RandomAccessCollection, MutableCollection, RangeReplaceableCollection {
    /// A conversation that has not begun.
    public init() { messages = [] }

    public var startIndex: Int { messages.startIndex }
    public var endIndex: Int { messages.endIndex }

    public subscript(index: Int) -> Message {
        get { messages[index] }
        set { messages[index] = newValue }
    }

    public mutating func replaceSubrange(_ range: Range<Int>, with new: some Collection<Message>) {
        messages.replaceSubrange(range, with: new)
    }
}

extension Transcript: ExpressibleByArrayLiteral {
    public init(arrayLiteral messages: Message...) { self.messages = messages }
}

extension Transcript: Codable {
    public init(from decoder: any Decoder) throws {
        messages = try decoder.singleValueContainer().decode([Message].self)
    }

    public func encode(to encoder: any Encoder) throws {
        var value = encoder.singleValueContainer()
        try value.encode(messages)
    }
}
