import Chat
import Testing

/// What an event tells, and when.
@Suite struct StreamingTests {
    /// - Returns: the events of each piece, and of the end.
    private func events(_ pieces: [ReplyPiece], tools: [ToolDescription] = []) -> [[ReplyEvent]] {
        var parser = ReplyParser(tools: tools, makeID: { "id" })
        return pieces.map { parser.append($0) } + [parser.finish()]
    }

    private func content(_ texts: String...) -> [[ReplyEvent]] { events(texts.map { .text($0) }) }

    @Test func textIsToldAtOnceEvenIfItResemblesAMarker() {
        #expect(content("a<", "|tool_call") == [[.content("a<")], [.content("|tool_call")], []])
    }

    @Test func whiteSpaceWaitsForText() {
        #expect(content(" \n", "a ", "\n", "b", " ") == [[], [.content("a")], [], [.content(" \nb")], [], []])
    }

    @Test func aThoughtsNameIsLeftOut() {
        let thought = events([.special(.thoughtStart), .text("thou"), .text("ght"), .text("\nhm"), .text(" \n")])
        #expect(thought == [[], [], [], [.reasoning("hm")], [], []])
        #expect(events([.special(.thoughtStart), .text("thou"), .text("sands")])[2] == [.reasoning("thousands")])
        #expect(events([.special(.thoughtStart), .text("thou"), .special(.thoughtEnd)])[2] == [.reasoning("thou")])
    }

    @Test func blocksOfThoughtsAreSeparatedWhenTheSecondHasText() {
        let told = events(pieces("<|channel>a<channel|><|channel> <channel|><|channel>b"))
        #expect(told.flatMap(\.self) == [.reasoning("a"), .reasoning("\n\nb")])
    }

    @Test func argumentsAreToldAsTheyCome() {
        let told = events([
            .special(.callStart), .text("call:wri"), .text("te{"), .text("text:"), .special(.delimiter), .text("a}"),
            .text(" b"), .text("}]"), .special(.delimiter), .text(",n:"), .text("1"), .text("2"), .text("}"),
            .special(.callEnd),
        ])
        #expect(
            told == [
                [], [], [.callBegan(index: 0, id: "id", name: "write"), .arguments(index: 0, "{")],
                [.arguments(index: 0, "\"text\":")], [.arguments(index: 0, "\"")], [.arguments(index: 0, "a")],
                [.arguments(index: 0, "} b")], [], [.arguments(index: 0, "}]\"")], [.arguments(index: 0, ",\"n\":")],
                [], [], [.arguments(index: 0, "12}")], [.callEnded(index: 0)], [],
            ])
    }

    @Test func aMemberWhoseKeyWasThereIsNotTold() {
        let told = events(pieces("<|tool_call>call:f{a:1,a:{b:[2]},c:3}<tool_call|>"))
        #expect(told[1].last == .arguments(index: 0, #"{"a":1,"c":3}"#))
    }

    @Test func aFailedCallGivesItsIndexBack() {
        let told = events(pieces("<|tool_call>call:f{a:1}call:g{a<tool_call|><|tool_call>call:h{}<tool_call|>"))
        let malformed = MalformedCall(raw: "<|tool_call>call:f{a:1}call:g{a<tool_call|>", reason: .syntax)
        #expect(told[2] == [.callFailed(malformed, voided: 0..<2)])
        #expect(told[4].first == .callBegan(index: 0, id: "id", name: "h"))
    }

    @Test func callsAreAnnouncedEvenIfTheReplyEndsBeforeItIsKnown() {
        // Only at the end is the quote known not to begin a string.
        let told = events(pieces("<|tool_call>call:f{a:\"x}call:g{"))
        #expect(told[2].contains(.callBegan(index: 1, id: "id", name: "g")))
    }

    @Test func whatMayBeABareCallWaits() {
        let tools = [ToolDescription(name: "now")]
        #expect(
            events([.text("call"), .text(":no"), .text("w, "), .text("x")], tools: tools)[2...3] == [
                [.content("call:now,")], [.content(" x")],
            ])
        #expect(
            events([.text("call:now{"), .text("} x")], tools: tools) == [
                [], [], [.content("call:now{} x")],
            ])
        #expect(
            events([.text("call:now{"), .text("}"), .special(.callEnd)], tools: tools)[2] == [
                .callBegan(index: 0, id: "id", name: "now"), .arguments(index: 0, "{}"), .callEnded(index: 0),
            ])
    }

    @Test func whatFollowsTheEndIsIgnored() {
        var parser = ReplyParser()
        _ = parser.append(.text("a"))
        #expect(!parser.isEnded)
        _ = parser.append(.special(.turnEnd))
        #expect(parser.isEnded)
        #expect(parser.append(.text("b")).isEmpty && parser.finish().isEmpty && parser.append(.text("c")).isEmpty)
        #expect(parser.reply.content == "a")
    }
}
