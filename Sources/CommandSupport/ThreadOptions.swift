package import ArgumentParser
internal import Platform
internal import Tensor

/// How many threads compute.
package struct ThreadOptions: ParsableArguments {
    @Option(name: .shortAndLong, parsing: .unconditional, help: "Threads. Default: the physical cores that this process may use.")
    package var threads: Int?

    package init() {}

    package static let range = 1...1024

    package func validate() throws {
        if let threads, !Self.range.contains(threads) {
            throw ValidationError("-t is \(threads); expected 1 to \(Self.range.upperBound)")
        }
    }

    package var count: Int { threads ?? ThreadPool.defaultThreadCount }
}
