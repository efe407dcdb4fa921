import LineEditing
import Testing

@Suite struct MessageAssemblyTests {
    /// What each line completes.
    private func messages(_ lines: String...) -> [String?] {
        var assembly = MessageAssembly()
        return lines.map { assembly.add($0) }
    }

    @Test func aLineIsAMessage() {
        #expect(messages("hello", "") == ["hello", ""])
    }

    @Test func aBackslashContinues() {
        #expect(messages("one\\", "two\\", "three", "four") == [nil, nil, "one\ntwo\nthree", "four"])
    }

    @Test func twoBackslashesDoNot() {
        #expect(messages("C:\\\\") == ["C:\\\\"])
        #expect(messages("a\\\\\\", "b") == [nil, "a\\\\\nb"])
    }

    @Test func quotesHoldLines() {
        #expect(messages("\"\"\"", "one", "", "two", "\"\"\"") == [nil, nil, nil, nil, "one\n\ntwo"])
        #expect(messages("\"\"\"one", "two\"\"\"") == [nil, "one\ntwo"])
        #expect(messages("\"\"\"one\"\"\"", "two") == ["one", "two"])
        #expect(messages("  \"\"\"one", "\"\"\"  ") == [nil, "one"])
        #expect(messages("\"\"\"", "", "\"\"\"") == [nil, nil, ""])
    }

    @Test func aBackslashWithinQuotesStays() {
        #expect(messages("\"\"\"", "a\\", "\"\"\"") == [nil, nil, "a\\"])
    }

    @Test func aPasteIsOneMessage() {
        #expect(messages("one\ntwo\nthree") == ["one\ntwo\nthree"])
        #expect(messages("\"\"\"one\ntwo\"\"\"") == ["one\ntwo"])
    }

    @Test func theEndOfInputEndsAMessage() {
        var assembly = MessageAssembly()
        #expect(assembly.end() == nil)
        #expect(assembly.add("\"\"\"one") == nil)
        #expect(assembly.isContinuing)
        #expect(assembly.end() == "one")
        #expect(!assembly.isContinuing)
    }

    @Test func whatHasBegunCanBeForgotten() {
        var assembly = MessageAssembly()
        #expect(assembly.add("one\\") == nil)
        assembly.clear()
        #expect(assembly.add("two") == "two")
    }
}
