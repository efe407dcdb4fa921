import ChatCommand
import Testing

@Suite struct TerminalTextTests {
    @Test(
        arguments: [
            ("a\u{1B}[31mb", "a\\u{1B}[31mb"), ("bell\u{7}", "bell\\u{07}"), ("\u{9B}2J", "\\u{009B}2J"),
            ("back\u{8}", "back\\u{08}"), ("del\u{7F}", "del\\u{7F}"), ("nul\0", "nul\\0"),
            ("over\rwrite", "over\\rwrite"), ("line\r\nend\r", "line\nend\\r"), ("\r\r\n", "\\r\n"),
            ("tab\t\n", "tab\t\n"), ("evil\u{202E}txt", "evil\\u{202E}txt"),
            ("\u{2066}x\u{2069}", "\\u{2066}x\\u{2069}"),
            ("👩‍👩‍👧 é 日本", "👩‍👩‍👧 é 日本"),
        ])
    func controlCharactersAreShown(_ text: String, _ expected: String) {
        #expect(TerminalText.shown(text) == expected)
    }

    @Test func everyControlCharacterIsNeutralised() {
        for value in (0..<0x20).map({ UInt32($0) }) + (0x7F..<0xA0).map({ UInt32($0) }) where ![9, 10].contains(value) {
            guard let scalar = Unicode.Scalar(value) else { continue }
            let shown = TerminalText.shown("a\(scalar)b")
            #expect(shown.unicodeScalars.allSatisfy { (0x20..<0x7F).contains($0.value) }, "\(value)")
        }
    }

    @Test func everyDivisionGivesTheSame() {
        let scalars = Array("a\r\nb\rc\r\r\n\u{1B}d\r".unicodeScalars)
        let expected = TerminalText.shown(String(String.UnicodeScalarView(scalars)))
        for cut in 0...scalars.count {
            var text = TerminalText()
            let pieces = [scalars[..<cut], scalars[cut...]].map { text.add(String(String.UnicodeScalarView($0))) }
            #expect(pieces.joined() + text.end() == expected)
        }
    }
}
