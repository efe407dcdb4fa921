import Synchronization

/// What options that were parsed have to tell the user. It is printed when the whole command line is known to be valid.
package enum ParsingNotices {
    private static let waiting = Mutex<[String]>([])

    /// Adds a line. The same one is printed once, as options may be validated more than once.
    package static func add(_ line: String) {
        waiting.withLock { if !$0.contains(line) { $0.append(line) } }
    }

    static func taken() -> [String] {
        waiting.withLock { lines in
            defer { lines = [] }
            return lines
        }
    }
}
