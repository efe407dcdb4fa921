internal import Chat

/// Ends a reply where its content has a stop text. Thoughts and calls are not searched.
///
/// The content ends before the stop text, and what may be the beginning of one is held back. White space before the
/// first and after the last character of the content is not part of it, but a stop text may end with the latter.
struct ContentStops: Sendable {
    private var stops: StopStrings
    /// Content that is not told yet. The last `stops.pendingCount` bytes may be the beginning of a stop text.
    private var pending: [UInt8] = []
    private(set) var hasStopped = false

    /// - Parameter texts: none of them empty.
    init(_ texts: [String]) { stops = StopStrings(texts) }

    /// - Parameters:
    ///   - events: of a parser, in their order.
    ///   - space: white space that the parser holds back, since it may be the end of the content.
    /// - Returns: what of them is before a stop text.
    mutating func filter(_ events: [ReplyEvent], followedBy space: String) -> [ReplyEvent] {
        var told: [ReplyEvent] = []
        for event in events where !hasStopped {
            if case .content(let delta) = event {
                append(delta)
                tell(&told)
            } else {
                told.append(event)
            }
        }
        if !hasStopped, !space.isEmpty, let overlap = completion(by: space) {
            hasStopped = true
            pending.removeLast(min(overlap, pending.count))
            tell(&told)
        }
        return told
    }

    /// What was held back, after the last event.
    mutating func finish() -> [ReplyEvent] {
        guard !hasStopped, !pending.isEmpty else { return [] }
        defer { pending = [] }
        return [.content(String(decoding: pending, as: UTF8.self))]
    }

    private mutating func append(_ delta: String) {
        for byte in delta.utf8 {
            pending.append(byte)
            if let length = stops.append(byte) {
                pending.removeLast(min(length, pending.count))
                hasStopped = true
                return
            }
        }
    }

    /// - Returns: how many bytes at the end of the content are the beginning of a stop text that `space` completes.
    private func completion(by space: String) -> Int? {
        var stops = stops
        var count = 0
        for byte in space.utf8 {
            count += 1
            if let length = stops.append(byte) { return max(length - count, 0) }
        }
        return nil
    }

    /// Tells what precedes a possible stop text, but for white space, which may be the end of the content.
    private mutating func tell(_ events: inout [ReplyEvent]) {
        let count = pending.count - (hasStopped ? 0 : stops.pendingCount)
        let text = String(decoding: pending.prefix(count), as: UTF8.self).withoutTrailingSpace
        if hasStopped { pending = [] } else { pending.removeFirst(text.utf8.count) }
        if !text.isEmpty { events.append(.content(String(text))) }
    }
}

extension String {
    fileprivate var withoutTrailingSpace: Substring {
        let last = unicodeScalars.lastIndex { !$0.isTrimmed }
        return self[..<(last.map(unicodeScalars.index(after:)) ?? startIndex)]
    }
}
