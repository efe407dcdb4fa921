package import Tokenizer

/// Turns the tokens of a generation into the text that is delivered: whole characters, and nothing of a stop string.
package struct GeneratedText: Sendable {
    private var decoder: StreamingDecoder
    private var stops: StopStrings
    /// Text that is not delivered yet. The last `stops.pendingCount` bytes may be the beginning of a stop string.
    private var pending: [UInt8] = []

    /// Whether a stop string is complete. Text from there on is dropped.
    package private(set) var hasStopped = false

    /// - Parameters:
    ///   - stop: none of them empty.
    ///   - special: whether control tokens appear in the text.
    package init(_ tokenizer: BPETokenizer, stop: [String], special: Bool) {
        decoder = StreamingDecoder(tokenizer, special: special)
        stops = StopStrings(stop)
    }

    package mutating func append(_ token: TokenID) { append(decoder.append(token)) }

    private mutating func append(_ text: String) {
        for byte in text.utf8 where !hasStopped {
            pending.append(byte)
            if let length = stops.append(byte) {
                pending.removeLast(length)
                hasStopped = true
            }
        }
    }

    /// What can be delivered of the text.
    package mutating func take() -> String {
        // A stop string begins with a whole character, and so what precedes its beginning ends with one.
        let count = pending.count - (hasStopped ? 0 : stops.pendingCount)
        defer { pending.removeFirst(count) }
        return String(decoding: pending.prefix(count), as: UTF8.self)
    }

    /// The rest of the text after the last token.
    package mutating func finish() -> String {
        append(decoder.finish())
        defer { pending.removeAll() }
        return String(decoding: pending, as: UTF8.self)
    }
}
