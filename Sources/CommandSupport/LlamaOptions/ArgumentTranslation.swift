/// A command line in llama.cpp's manner, made into one for swift-argument-parser.
///
/// llama.cpp takes `-ngl` for one word and the word after an option for its value, whatever it looks like.
/// swift-argument-parser would take `-ngl` apart, and a value that begins with a hyphen for an option.
package struct ArgumentTranslation: Sendable, Hashable {
    /// The words for the parser: names that the program declares, and values that cannot be mistaken.
    package private(set) var arguments: [String] = []
    /// What to tell the user, a line each: options that do nothing here, each once.
    package private(set) var notices: [String] = []

    /// The most words on a command line. The parser's time grows with the square of their number.
    package static let limit = 4096

    /// - Parameters:
    ///   - words: the command line, without the program's name.
    ///   - table: the options of llama.cpp that have meanings here.
    /// - Throws: `CommandLineError`, with one line that says what to do.
    package init(
        _ words: [String], for program: ProgramOptions, table: LlamaOptionTable
    ) throws(CommandLineError) {
        guard words.count <= Self.limit else {
            throw CommandLineError(message: "\(words.count) words on the command line; at most \(Self.limit) are read")
        }
        // The shell asks for completions, in the parser's own way.
        guard words.first != "---completion" else {
            arguments = words
            return
        }
        var reader = WordReader(words, program, table)
        var told: Set<String> = []
        while let word = reader.next() {
            switch word {
            case .rest(let words): arguments += words
            case .value(let word): arguments.append(word)
            case .option(let name, nil): arguments.append(program.parserName(of: name))
            case .option(let name, let value?): append(program.parserName(of: name), value)
            case .unused(let name, let reason):
                if told.insert(name).inserted { notices.append("\(name) has no effect: \(reason)") }
            case .refused(let message): throw CommandLineError(message: message)
            }
        }
    }

    /// A value that looks like an option is joined to its name. Others stand alone: the parser takes an empty one after
    /// `=` for none.
    private mutating func append(_ name: String, _ value: String) {
        if value.utf8.first == UInt8(ascii: "-") {
            arguments.append("\(name)=\(value)")
        } else {
            arguments += [name, value]
        }
    }
}

/// An invalid command line.
package struct CommandLineError: Error, Hashable, Sendable {
    package let message: String

    package init(message: String) { self.message = message }
}
