package import ArgumentParser
internal import Platform
internal import Tensor

/// How many threads compute.
package struct ThreadOptions: ParsableArguments {
    @Option(
        name: .shortAndLong, parsing: .unconditional,
        help: """
            Threads. Default, also with 0 or -1: as many as there are physical cores that this process may use, or \
            fewer if its processor time is limited.
            """)
    package var threads: Int?

    package init() {}

    package static let range = 1...1024

    package func validate() throws {
        guard let threads, threads > 0 else { return }
        guard Self.range.contains(threads) else {
            throw ValidationError("-t is \(threads); expected at most \(Self.range.upperBound)")
        }
        Self.noticeCrowding(threads)
    }

    package var count: Int { threads.flatMap { $0 > 0 ? $0 : nil } ?? ThreadPool.defaultThreadCount }

    /// Tells the user if there are more threads than can run at once: they wait for each other.
    package static func noticeCrowding(_ threads: Int) {
        let most = AvailableProcessors.current.mostThreads
        guard threads > most else { return }
        ParsingNotices.add("\(threads) threads, and this process may run \(most) at once; more are slower")
    }
}
