import LineEditing
import Testing

@Suite struct KeyDecoderTests {
    private func keys(_ bytes: some Sequence<UInt8>) -> [Key] {
        var decoder = KeyDecoder()
        var keys = bytes.flatMap { decoder.read($0) }
        if decoder.isWaiting { keys += decoder.timeOut() }
        return keys
    }

    private func keys(_ text: String) -> [Key] { keys(text.utf8) }

    @Test func charactersComeWhole() {
        #expect(keys("aé日😀") == ["a", "é", "日", "😀"].map { Key.character($0) })
    }

    @Test func brokenUTF8BecomesReplacements() {
        #expect(keys([0xE6, 0x97, 0x61]) == [.character("\u{FFFD}"), .character("a")])
        #expect(keys([0xFF, 0x61]) == [.character("\u{FFFD}"), .character("a")])
        #expect(keys([0xE6]) == [.character("\u{FFFD}")])
    }

    @Test func aPasteIsOneText() {
        #expect(keys("\u{1B}[200~one\rtwo\r\nthree\n\u{1B}[201~x") == [.text("one\ntwo\nthree\n"), .character("x")])
    }

    @Test func aPasteBringsNoKeys() {
        // Ctrl-C, Ctrl-D and an arrow key would act on the line.
        #expect(keys("\u{1B}[200~a\u{3}b\u{4}c\u{1B}[Ad\te\u{9B}\u{1B}[201~") == [.text("abc[Ad\te")])
    }

    @Test func aPasteThatHasAnotherStartInItEndsAtItsEnd() {
        #expect(keys("\u{1B}[200~a\u{1B}[200~b\u{1B}[201~c") == [.text("a[200~b"), .character("c")])
    }

    @Test func altEnterInsertsANewline() {
        #expect(keys("a\u{1B}\rb") == [.character("a"), .text("\n"), .character("b")])
    }

    @Test func otherEscapeSequencesPass() {
        let up = "\u{1B}[A"
        #expect(keys(up) == up.unicodeScalars.map { Key.character($0) })
        let insert = "\u{1B}[2~"
        #expect(keys(insert) == insert.unicodeScalars.map { Key.character($0) })
    }

    @Test func anEscapeKeyWaitsForWhatFollows() {
        var decoder = KeyDecoder()
        #expect(decoder.read(0x1B) == [])
        #expect(decoder.isWaiting)
        #expect(decoder.timeOut() == [.character("\u{1B}")])
        #expect(!decoder.isWaiting)
    }

    @Test func controlKeysAreTold() {
        #expect(keys([0x03, 0x1A, 0x04]) == [.interrupt, .suspend, .character("\u{04}")])
    }

    @Test func anEndlessPasteIsBounded() {
        var decoder = KeyDecoder()
        for byte in "\u{1B}[200~".utf8 { _ = decoder.read(byte) }
        for _ in 0..<KeyDecoder.longestPaste + 1000 { _ = decoder.read(UInt8(ascii: "a")) }
        let end = "\u{1B}[201~".utf8.flatMap { decoder.read($0) }
        guard case .text(let text)? = end.first else {
            Issue.record("no paste")
            return
        }
        #expect(text.utf8.count <= KeyDecoder.longestPaste)
    }
}
