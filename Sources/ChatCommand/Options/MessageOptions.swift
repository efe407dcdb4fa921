internal import ArgumentParser
internal import CommandSupport
internal import GenerationCommand

/// The first message, and how long answers are.
package struct MessageOptions: ParsableArguments {
    @Option(name: .shortAndLong, parsing: .unconditional, help: "The first message; escapes are as in C.")
    private var prompt: String?

    @Option(
        name: .shortAndLong, parsing: .unconditional,
        help: "A file with the first message; - for standard input. With -p, the file comes first.")
    private var file: String?

    @Flag(
        name: [.customShort("e"), .long], inversion: .prefixedNo, exclusivity: .chooseLast,
        help: "Interpret escapes in -p, or not.")
    private var escape = true

    @Option(
        name: [.customShort("n"), .long], parsing: .unconditional,
        help: "The most tokens of an answer, thoughts and calls included; -1 for as many as fit the context.")
    private var predict: Int?

    package init() {}

    /// Whether escapes in texts of the command line mean what they mean in C.
    package var hasEscapes: Bool { escape }

    /// The most tokens of an answer; nil for as many as fit.
    package var maximumTokens: Int? { predict.flatMap { $0 < 0 ? nil : $0 } }

    /// The first message; nil if there is none on the command line.
    /// - Throws: what `readText` throws.
    package func message() throws -> String? {
        let parts = [
            try file.map { String(decoding: try readText($0), as: UTF8.self) },
            prompt.map { escape ? $0.unescaped : $0 },
        ].compactMap { $0 }
        return parts.isEmpty ? nil : parts.joined(separator: "\n\n")
    }
}
