package import ArgumentParser

/// The text that a model reads, and the chunks it is cut into.
package struct ChunkOptions: ParsableArguments, Sendable {
    @Option(
        name: .shortAndLong, parsing: .unconditional,
        help: "A file with the text, taken as it is but for one final newline; - for standard input.")
    package var file: String?

    @Option(
        name: [.customShort("c"), .customLong("ctx-size")], parsing: .unconditional,
        help: """
            Tokens per chunk; 0 for the length the model was trained for. Default: 512, or that length if shorter.
            """)
    package var contextLength: Int?

    @Option(parsing: .unconditional, help: "The most chunks to read; -1 for all.")
    package var chunks = -1

    package init() {}

    package func validate() throws {
        try validateContextLength(contextLength)
        guard chunks == -1 || chunks >= 1 else {
            throw ValidationError("--chunks is \(chunks); expected 1 or more, or -1 for all")
        }
    }

    /// Nil for all chunks.
    package var limit: Int? { chunks < 0 ? nil : chunks }

    /// The length of a chunk that the command line states; nil if none.
    package func statedLength(trained: Int) -> Int? { contextLength == 0 ? trained : contextLength }

    package func length(trained: Int) -> Int { statedLength(trained: trained) ?? min(512, trained) }
}
