/// Why a program does not have an option, or what to do instead, in words that fit the program.
package struct Reason: Sendable, Hashable, ExpressibleByStringLiteral, ExpressibleByArrayLiteral {
    /// The best text first. The last one mentions no option that a program may lack.
    package let texts: [String]

    package init(stringLiteral text: String) { texts = [text] }

    package init(arrayLiteral texts: String...) { self.texts = texts }

    /// The first text that mentions only options of `program`, or the last one.
    package func text(for program: ProgramOptions) -> String {
        texts.first(where: program.hasOptions) ?? texts.last ?? ""
    }
}

extension ProgramOptions {
    /// Whether the program has all options that a text mentions, such as `use a shorter context (-c)`. Those after the
    /// name of a program, as in `gemma-generate --version`, are that program's.
    package func hasOptions(in text: String) -> Bool {
        var isOthers = false
        for word in text.split(whereSeparator: { " ()\":;,=".contains($0) }) {
            defer { isOthers = word.hasPrefix("gemma-") }
            let name = word.drop { $0 == "-" }
            let isOption = word.count - name.count > 0 && word.count - name.count < 3 && name.first?.isLetter == true
            if isOption, !isOthers, self[String(word)] == nil { return false }
        }
        return true
    }
}
