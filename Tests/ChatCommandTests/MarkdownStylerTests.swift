import ChatCommand
import Testing

@Suite struct MarkdownStylerTests {
    private func styled(_ pieces: [String]) -> String {
        var styler = MarkdownStyler()
        return pieces.map { styler.add($0) }.joined() + styler.end()
    }

    private func styled(_ text: String) -> String { styled([text]) }

    /// Short names for the sequences: `{b}` bold, `{i}` italic, `{d}` dim, `{c}` code, `{bi}`, `{}` plain.
    private func marked(_ text: String) -> String {
        let names = ["0": "", "0;1": "b", "0;2": "d", "0;3": "i", "0;1;3": "bi", "0;36": "c", "0;1;36": "bc"]
        return names.reduce(styled(text)) { $0.replacing("\u{1B}[\($1.key)m", with: "{\($1.value)}") }
    }

    @Test(
        arguments: [
            ("plain text", "plain text"),
            ("a **bold** b", "a {d}**{b}bold{d}** {}b"),
            ("an *italic* word", "an {d}*{i}italic{d}* {}word"),
            ("an _italic_ word", "an {d}_{i}italic{d}_ {}word"),
            ("***both***", "{d}***{bi}both{d}***{}"),
            ("**bold *both* bold**", "{d}**{b}bold {d}*{bi}both{d}* {b}bold{d}**{}"),
            ("`code *x*` y", "{d}`{c}code *x*{d}` {}y"),
            ("``a ` b``", "{d}``{c}a ` b{d}``{}"),
            ("# Head *i*\nnext", "{d}# {b}Head {d}*{bi}i{d}*{}\nnext"),
            ("#hash", "#hash"), ("a # b", "a # b"), ("####### seven", "####### seven"),
            ("snake_case_name", "snake_case_name"), ("5*3*2 = 30", "5*3*2 = 30"), ("2 * 3 * 4", "2 * 3 * 4"),
            ("* item\n- item", "* item\n- item"), ("* * *", "* * *"), ("\\*not\\*", "\\*not\\*"),
            ("**open\nnext", "{d}**{b}open{}\nnext"),
            ("| a | b |\n|---|---|", "| a | b |\n|---|---|"),
            ("(*in*), **so**.", "({d}*{i}in{d}*{}), {d}**{b}so{d}**{}."),
        ])
    func inline(_ text: String, _ expected: String) {
        #expect(marked(text) == expected)
    }

    @Test(
        arguments: [
            ("```swift\nlet a = *b*\n```\n*c*", "{d}```swift{}\n{c}let a = *b*{}\n{d}```{}\n{d}*{i}c{d}*{}"),
            ("~~~\n```\n~~~\nx", "{d}~~~{}\n{c}```{}\n{d}~~~{}\nx"),
            ("````\n```\n````\nx", "{d}````{}\n{c}```{}\n{d}````{}\nx"),
            ("  ```\n  code\n  ```\nx", "  {d}```{}\n{c}  code{}\n{d}  ```{}\nx"),
            ("```code``` x", "{d}```code``` {}x"),
            ("```\n# no head\n", "{d}```{}\n{c}# no head{}\n"),
        ])
    func blocks(_ text: String, _ expected: String) {
        // Where a space is coloured does not show.
        func plain(_ text: String) -> String { text.replacing(" ", with: "") }
        #expect(plain(marked(text)) == plain(expected))
    }

    private static let sample = """
        # Title
        Some **bold**, *italic*, ***both***, `code`, ``a`b`` and __more__ é日😀.

        ```swift
        let x = "*" // `y`
        ```
        * item _a_ \\* b*c 2 ** 3 **open
        > quote ~~~ #no
        ```not``` fence
        ~~~~
        ```
        ~~~~
        end *
        """

    @Test func everyDivisionGivesTheSame() {
        let text = Self.sample
        let expected = styled(text)
        let scalars = Array(text.unicodeScalars)
        func string(_ range: Range<Int>) -> String { String(String.UnicodeScalarView(scalars[range])) }
        #expect(styled(scalars.map { String($0) }) == expected)
        for cut in 0...scalars.count {
            #expect(styled([string(0..<cut), string(cut..<scalars.count)]) == expected, "cut at \(cut)")
        }
    }

    @Test func noCharacterIsLostOrMoved() {
        for text in [Self.sample, "***", "`", "```", "\\", "#", "_", "~~~", "a*\n*", "\n\n", ""] {
            let plain = styled(text).replacing(/\u{1B}\[[0-9;]*m/, with: "")
            #expect(plain == text)
        }
    }

    @Test func onlyRunsAreHeldBack() {
        var styler = MarkdownStyler()
        for scalar in Self.sample.unicodeScalars where !"*_`#~".unicodeScalars.contains(scalar) {
            let shown = styler.add(String(scalar))
            #expect(shown.unicodeScalars.last == scalar || scalar == "\n" && shown.hasSuffix("\n"))
        }
    }

    @Test func theEndLeavesTheTerminalPlain() {
        for text in ["**open", "`open", "```\ncode", "# head"] { #expect(styled(text).hasSuffix("\u{1B}[0m")) }
    }
}
