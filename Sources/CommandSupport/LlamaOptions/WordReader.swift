/// Reads a command line, an option with its value at a time.
struct WordReader {
    private let words: [String]
    private let program: ProgramOptions
    private let table: LlamaOptionTable
    private var place = 0

    enum Word {
        /// An option that the program declares, by a name that it declares, and its value.
        case option(String, String?)
        /// An option that does nothing here, and why.
        case unused(String, reason: String)
        /// What is wrong.
        case refused(String)
        /// A word that belongs to no option.
        case value(String)
        /// Everything from `--` on.
        case rest([String])
    }

    init(_ words: [String], _ program: ProgramOptions, _ table: LlamaOptionTable) {
        self.words = words
        self.program = program
        self.table = table
    }

    mutating func next() -> Word? {
        while place < words.count {
            let word = words[place]
            place += 1
            if word == "--" {
                defer { place = words.count }
                return .rest(Array(words[(place - 1)...]))
            }
            guard Self.looksLikeOption(word) else { return .value(word) }
            let (name, joined) = Self.parts(of: word)
            if let result = option(name, joined) { return result }
        }
        return nil
    }

    /// A lone hyphen stands for standard input.
    private static func looksLikeOption(_ word: String) -> Bool {
        word.utf8.first == UInt8(ascii: "-") && word.utf8.count > 1
    }

    /// `--name` and `value` of `--name=value`.
    private static func parts(of word: String) -> (name: String, value: String?) {
        guard let equals = word.utf8.firstIndex(of: UInt8(ascii: "=")) else { return (word, nil) }
        return (String(word[..<equals]), String(word[word.utf8.index(after: equals)...]))
    }

    // MARK: - Options

    /// - Returns: nil if there is nothing to pass on or to say.
    private mutating func option(_ typed: String, _ joined: String?) -> Word? {
        let name = known(typed)
        if let declared = program[name] { return declaredOption(name, declared, joined, table[name]) }
        guard let option = table[name] else { return .refused(unknown(typed, joined)) }
        if let synonym = option.names.first(where: { program[$0] != nil }), let declared = program[synonym] {
            return declaredOption(synonym, declared, joined, option)
        }
        if joined == nil { skipValues(option.values) }
        switch option.otherwise {
        case .usual: return nil
        case .noEffect(let reason): return .unused(typed, reason: reason.text(for: program))
        case .refused(let reason): return .refused("\(program.program) has no \(typed): \(reason.text(for: program))")
        }
    }

    /// llama.cpp takes an underscore in a long name for a hyphen.
    private func known(_ name: String) -> String {
        guard program[name] == nil, table[name] == nil, name.hasPrefix("--"), name.contains("_") else { return name }
        return String(name.map { $0 == "_" ? "-" : $0 })
    }

    private mutating func declaredOption(
        _ name: String, _ option: ProgramOptions.Option, _ joined: String?, _ entry: LlamaOption?
    ) -> Word {
        guard option.takesValue else { return .option(joined.map { "\(name)=\($0)" } ?? name, nil) }
        if let joined { return .option(name, joined) }
        guard place < words.count else { return .option(name, nil) }
        let next = words[place]
        if !option.takesAnything, isOption(next) {
            // Left out, as in `-m -n 5`: the parser says that it is missing.
            return entry?.values == .onOffAuto ? .option(name, "on") : .option(name, nil)
        }
        place += 1
        return .option(name, next)
    }

    private func isOption(_ word: String) -> Bool {
        guard Self.looksLikeOption(word) else { return false }
        let name = known(Self.parts(of: word).name)
        return program[name] != nil || table[name] != nil
    }

    private mutating func skipValues(_ values: LlamaOption.Values) {
        switch values {
        case .none: break
        case .some(let count): place = min(words.count, place + count)
        case .onOffAuto:
            if place < words.count, LlamaOption.switchWords.contains(words[place]) { place += 1 }
        }
    }

    // MARK: - Unknown options

    private func unknown(_ name: String, _ joined: String?) -> String {
        let problem = "unknown option \(name)"
        // `-n64`
        if joined == nil, !name.hasPrefix("--"), let first = name.dropFirst().first, first != "-",
            program["-\(first)"]?.takesValue == true, name.dropFirst(2).allSatisfy({ $0.isNumber || $0 == "-" })
        {
            return "\(problem); write -\(first) \(name.dropFirst(2))"
        }
        guard let close = closest(to: name) else { return "\(problem) (see --help)" }
        return "\(problem); did you mean \(close)?"
    }

    /// The declared long name that differs from `name` in at most two places.
    private func closest(to name: String) -> String? {
        guard name.utf8.count < 64, name.hasPrefix("--") else { return nil }
        let candidates = program.names.filter { $0.hasPrefix("--") }
            .map { (name: $0, distance: editDistance(Array($0.utf8), Array(name.utf8))) }
        let best = candidates.min { ($0.distance, $0.name) < ($1.distance, $1.name) }
        return best.flatMap { $0.distance <= 2 ? $0.name : nil }
    }
}

/// How many bytes must be inserted, removed or replaced to make `a` into `b`.
private func editDistance(_ a: [UInt8], _ b: [UInt8]) -> Int {
    var row = Array(0...b.count)
    for (i, byte) in a.enumerated() {
        var diagonal = row[0]
        row[0] = i + 1
        for (j, other) in b.enumerated() {
            let replaced = diagonal + (byte == other ? 0 : 1)
            diagonal = row[j + 1]
            row[j + 1] = min(replaced, diagonal + 1, row[j] + 1)
        }
    }
    return row[b.count]
}
