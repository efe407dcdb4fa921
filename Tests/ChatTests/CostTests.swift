import Chat
import Testing

/// Replies built to be looked at again and again. Each takes a fraction of a second; if the work grew with the square
/// of the length, each would take minutes.
@Suite struct CostTests {
    private static let count = 200_000
    private static func many(_ text: String) -> String {
        String(repeating: text, count: count / text.utf8.count)
    }

    @Test(
        .timeLimit(.minutes(2)),
        arguments: [
            many(" ") + "x", "x" + many(" "), "call:now{a:1}" + many("x"), "call:now" + many(" "),
            "<|tool_call>" + many("n") + "<tool_call|>",
            "<|tool_call>call:f{" + many("k") + ":1}<tool_call|>",
            "<|tool_call>call:f{a:<|\"|>" + many("} ") + "<|\"|>}<tool_call|>",
            "<|tool_call>call:f{a:x," + many("c") + "}<tool_call|>",
            "<|tool_call>call:f{a:x," + many(" ") + "}<tool_call|>",
            "<|tool_call>call:f{a:" + many("1") + many("x,1,") + "}<tool_call|>",
            "<|tool_call>call:f{a:\"" + many("b,c:1,") + "<tool_call|>",
            "<|tool_call>call:f{" + many("a:\"\\q\",") + "<tool_call|>",
            "<|tool_call>call:f{a:\"'" + many(",b:'\\'") + "<tool_call|>",
            "<|tool_call>call:f{a:1<|\"|>" + many(" ") + "<|\"|>}<tool_call|>",
            "<|tool_call>call:f{" + many("k:1,") + "}<tool_call|>",
            "<|tool_call>call:f{a:" + many("[") + "<tool_call|>",
            "<|tool_call>" + many("call:f{}") + "<tool_call|>",
        ])
    func timeIsLinearInTheLength(_ text: String) {
        let pieces = Cut.everyScalar(pieces(text))
        var parser = ReplyParser(tools: [ToolDescription(name: "now")])
        for piece in pieces { _ = parser.append(piece) }
        _ = parser.finish()
        let reply = parser.reply
        #expect(!reply.content.isEmpty || !reply.toolCalls.isEmpty || !reply.malformedCalls.isEmpty)
    }

    @Test(.timeLimit(.minutes(2))) func bareCallsWithinOneAnotherAreReadOnce() {
        let opening: [ReplyPiece] = [.text("call:now{"), .special(.other("<|think|>")), .special(.delimiter)]
        var parser = ReplyParser(tools: [ToolDescription(name: "now")])
        for _ in 0..<20_000 {
            for piece in opening + [.special(.callStart)] { _ = parser.append(piece) }
        }
        _ = parser.finish()
        #expect(parser.reply.toolCalls.isEmpty)
    }
}
