public import Chat

// The names that FoundationModels has for the same things.
extension Transcript {
    /// What a conversation consists of.
    public typealias Entry = Message

    /// A conversation of entries, for instance of some of an earlier one.
    public init(entries: some Sequence<Entry>) { self.init(Array(entries)) }
}
