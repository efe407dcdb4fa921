internal import Tokenizer

/// Reads a grammar in llama.cpp's notation.
struct GBNFParser {
    private var terminals: GBNFTerminalReader
    private var rules: [Grammar.Rule] = []
    private var places: [String: Int] = [:]
    /// Where each rule was defined; nil if it was not yet.
    private var definitions: [Int?] = []
    /// Where each rule was mentioned first.
    private var mentions: [Int] = []
    private var size = 0
    private var depth = 0

    private static let maximumSize = 100_000
    private static let maximumDepth = 128
    private static let maximumRepetitions = 2000

    static func parse(_ text: String, tokens: (String) -> TokenID?) throws(ConstraintError) -> Grammar {
        try withoutActuallyEscaping(tokens) { (tokens) throws(ConstraintError) in
            var parser = GBNFParser(terminals: GBNFTerminalReader(cursor: ScalarCursor(text), tokens: tokens))
            return try parser.readGrammar()
        }
    }

    private init(terminals: GBNFTerminalReader) { self.terminals = terminals }

    private func error(_ reason: String, at offset: Int? = nil) -> ConstraintError {
        terminals.error(reason, at: offset ?? terminals.cursor.offset)
    }

    private mutating func readGrammar() throws(ConstraintError) -> Grammar {
        skipSpace(acrossLines: true)
        while terminals.cursor.next != nil { try readRule() }
        for rule in rules.indices.sorted(by: { mentions[$0] < mentions[$1] }) where definitions[rule] == nil {
            throw error("the rule \(rules[rule].name) is not defined", at: mentions[rule])
        }
        guard let root = places["root"] else { throw error("there is no rule root", at: 0) }
        return Grammar(rules: rules, root: root)
    }

    /// Skips blanks and comments, and, if asked, line ends.
    private mutating func skipSpace(acrossLines: Bool) {
        while let next = terminals.cursor.next {
            switch next {
            case " ", "\t": _ = terminals.cursor.read()
            case "\n", "\r":
                guard acrossLines else { return }
                _ = terminals.cursor.read()
            case "#": _ = terminals.cursor.read { $0 != "\n" && $0 != "\r" }
            default: return
            }
        }
    }

    /// The place of a rule in `rules`, which it gets at its first mention.
    private mutating func place(of name: String, at offset: Int) -> Int {
        if let place = places[name] { return place }
        places[name] = rules.count
        rules.append(Grammar.Rule(name: name, expression: .never))
        definitions.append(nil)
        mentions.append(offset)
        return rules.count - 1
    }

    private mutating func readRule() throws(ConstraintError) {
        let offset = terminals.cursor.offset
        guard let name = terminals.readName() else { throw error("the name of a rule is expected") }
        let rule = place(of: name, at: offset)
        if let earlier = definitions[rule] {
            let line = terminals.cursor.position(of: earlier).line
            throw error("the rule \(name) is already defined on line \(line)", at: offset)
        }
        definitions[rule] = offset
        skipSpace(acrossLines: false)
        guard terminals.cursor.skip("::=") else { throw error("`::=` is expected") }
        skipSpace(acrossLines: true)
        let item = try readAlternatives(isNested: false)
        rules[rule].expression = item.expression
        size = size.addingSaturated(item.size)
        guard size <= Self.maximumSize else {
            throw .tooLarge(what: "symbols in a grammar, repetitions written out", limit: Self.maximumSize)
        }
        switch terminals.cursor.next {
        case nil, "\n", "\r": skipSpace(acrossLines: true)
        case ")": throw error("`)` without `(`")
        default: throw error("this is neither a part of the rule nor a new line")
        }
    }

    /// - Parameter isNested: whether line ends are blanks.
    private mutating func readAlternatives(isNested: Bool) throws(ConstraintError) -> GBNFItem {
        var alternatives = [try readSequence(isNested: isNested)]
        while terminals.cursor.skip("|") {
            skipSpace(acrossLines: true)
            alternatives.append(try readSequence(isNested: isNested))
        }
        return .group(alternatives)
    }

    private mutating func readSequence(isNested: Bool) throws(ConstraintError) -> [GBNFItem] {
        var items: [GBNFItem] = []
        while true {
            let offset = terminals.cursor.offset
            if let item = try readItem() {
                items.append(item)
            } else if let (min, max) = try readRepetition() {
                guard let last = items.popLast() else { throw error("there is nothing to repeat", at: offset) }
                items.append(try last.repeated(min: min, max: max))
            } else {
                return items
            }
            skipSpace(acrossLines: isNested)
        }
    }

    /// nil if no item begins here.
    private mutating func readItem() throws(ConstraintError) -> GBNFItem? {
        let offset = terminals.cursor.offset
        if let terminal = try terminals.readTerminal() { return terminal }
        if let name = terminals.readName() {
            return GBNFItem(expression: .rule(place(of: name, at: offset)), size: 1)
        }
        guard terminals.cursor.skip("(") else { return nil }
        depth += 1
        defer { depth -= 1 }
        guard depth <= Self.maximumDepth else {
            throw .tooLarge(what: "groups within one another", limit: Self.maximumDepth)
        }
        skipSpace(acrossLines: true)
        let group = try readAlternatives(isNested: true)
        guard terminals.cursor.skip(")") else {
            throw terminals.cursor.next == nil ? error("the group is not closed", at: offset) : error("`)` is expected")
        }
        return try group.nested()
    }

    /// nil if none begins here.
    private mutating func readRepetition() throws(ConstraintError) -> (min: Int, max: Int?)? {
        let offset = terminals.cursor.offset
        if terminals.cursor.skip("*") { return (0, nil) }
        if terminals.cursor.skip("+") { return (1, nil) }
        if terminals.cursor.skip("?") { return (0, 1) }
        guard terminals.cursor.skip("{") else { return nil }
        skipSpace(acrossLines: true)
        guard let min = terminals.cursor.readNumber() else { throw error("a number is expected") }
        var max: Int? = min
        skipSpace(acrossLines: true)
        if terminals.cursor.skip(",") {
            skipSpace(acrossLines: true)
            max = terminals.cursor.readNumber()
            skipSpace(acrossLines: true)
        }
        guard terminals.cursor.skip("}") else { throw error("`}` is expected") }
        if let max, max < min { throw error("the numbers are in the wrong order", at: offset) }
        guard Swift.max(min, max ?? min) <= Self.maximumRepetitions else {
            throw error("more than \(Self.maximumRepetitions) repetitions", at: offset)
        }
        return (min, max)
    }
}
