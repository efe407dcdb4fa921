/// Makes text that others wrote fit for a terminal, piece by piece.
///
/// Control characters could move the cursor, change what the terminal does, or hide text; so could the ones that
/// reverse its direction. They are shown as escapes, `\u{1B}` and the like. CR LF becomes a newline.
package struct TerminalText: Sendable {
    /// A carriage return was last; what it is depends on what follows.
    private var endsWithReturn = false

    package init() {}

    package mutating func add(_ text: String) -> String {
        var shown = String.UnicodeScalarView()
        for scalar in text.unicodeScalars {
            if endsWithReturn, scalar != "\n" { shown.append(contentsOf: Self.escaped("\r")) }
            endsWithReturn = scalar == "\r"
            if endsWithReturn { continue }
            if Self.isHarmless(scalar) {
                shown.append(scalar)
            } else {
                shown.append(contentsOf: Self.escaped(scalar))
            }
        }
        return String(shown)
    }

    /// What was held back.
    package mutating func end() -> String {
        defer { endsWithReturn = false }
        return endsWithReturn ? String(String.UnicodeScalarView(Self.escaped("\r"))) : ""
    }

    /// A whole text.
    package static func shown(_ text: String) -> String {
        var shown = TerminalText()
        return shown.add(text) + shown.end()
    }

    private static func escaped(_ scalar: Unicode.Scalar) -> String.UnicodeScalarView {
        scalar.escaped(asASCII: true).unicodeScalars
    }

    private static func isHarmless(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.value {
        case 0x09, 0x0A: true
        case 0x00..<0x20, 0x7F..<0xA0: false
        // Directions of text: overrides, embeddings and isolates.
        case 0x202A...0x202E, 0x2066...0x2069: false
        case 0x2028, 0x2029: false
        default: true
        }
    }
}
