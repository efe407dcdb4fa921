/// Looks for stop strings in a text as it is written, byte by byte.
///
/// The text ends with the byte that completes a stop string. If several are complete at once, the longest counts. So
/// what is found does not depend on the pieces in which the text comes.
struct StopStrings: Sendable {
    private var matchers: [Matcher]

    init(_ strings: [String]) { matchers = strings.filter { !$0.isEmpty }.map { Matcher($0) } }

    /// The number of bytes at the end of the text that may be the beginning of a stop string.
    private(set) var pendingCount = 0

    /// Appends a byte to the text.
    /// - Returns: the number of bytes of the stop string that it completes; nil if it completes none.
    mutating func append(_ byte: UInt8) -> Int? {
        pendingCount = 0
        var completed: Int?
        for index in matchers.indices {
            matchers[index].append(byte)
            pendingCount = max(pendingCount, matchers[index].matched)
            if matchers[index].isComplete { completed = max(completed ?? 0, matchers[index].matched) }
        }
        return completed
    }

    /// One string, in linear time (Knuth, Morris and Pratt).
    private struct Matcher: Sendable {
        private let bytes: [UInt8]
        /// By the number of bytes matched: how many are still matched if the next byte does not fit.
        private let fallbacks: [Int]
        private(set) var matched = 0

        init(_ string: String) {
            let bytes = Array(string.utf8)
            var fallbacks = [0, 0]
            var matched = 0
            for byte in bytes.dropFirst() {
                while matched > 0, bytes[matched] != byte { matched = fallbacks[matched] }
                if bytes[matched] == byte { matched += 1 }
                fallbacks.append(matched)
            }
            self.bytes = bytes
            self.fallbacks = fallbacks
        }

        var isComplete: Bool { matched == bytes.count }

        mutating func append(_ byte: UInt8) {
            if isComplete { matched = fallbacks[matched] }
            while matched > 0, bytes[matched] != byte { matched = fallbacks[matched] }
            if bytes[matched] == byte { matched += 1 }
        }
    }
}
