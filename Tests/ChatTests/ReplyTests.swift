import Chat
import Testing

@Suite struct ReplyTests {
    private let now = ToolDescription(name: "now")

    private func arguments(_ text: String, _ tools: [ToolDescription] = []) -> String? {
        let calls = read("<|tool_call>call:f\(text)<tool_call|>", tools: tools).toolCalls
        return calls.count == 1 ? calls[0].arguments : nil
    }

    // MARK: - Thoughts and turns

    @Test func aRepeatedTurnHeaderIsSkippedAndAnyOtherEndsTheReply() {
        for cut in [Cut.asGiven, .everyScalar] {
            #expect(read(cut(pieces("<|turn>model\nHi"))).reply.content == "Hi")
            #expect(read(cut(pieces("<|turn>model Hi"))).reply.content == "")
            #expect(read(cut(pieces("<|turn>user\nHi"))).reply.content == "")
        }
        #expect(read("<|turn><|turn>model\nHi").content == "")
    }

    @Test func theHeaderMayBeRepeatedWithinAThoughtOfThePrompt() {
        let reply = read(pieces("<|turn>model\nhm<channel|>Hi"), promptOpensThought: true).reply
        #expect(reply.reasoning == "hm" && reply.content == "Hi")
    }

    @Test func whetherAPromptEndsInAThoughtIsDecidedByItsLastMarker() {
        #expect(SpecialToken.opensThought([.turnStart, .thoughtStart, .delimiter, .other("<|think|>")]))
        #expect(!SpecialToken.opensThought([.thoughtStart, .thoughtEnd]))
        #expect(!SpecialToken.opensThought([.thoughtStart, .turnStart]))
        #expect(!SpecialToken.opensThought([.thoughtStart, .resultStart]))
        #expect(!SpecialToken.opensThought([]))
    }

    @Test func unicodeWhiteSpaceIsTrimmedAtBothEndsOnly() {
        let space = "\u{A0}\u{2003}\u{3000}\u{1C}\u{85}"
        #expect(same(read("\(space)a\(space)b\(space)").content, "a\(space)b"))
        #expect(read("\u{200B}").content == "\u{200B}")
    }

    @Test func contentThatIsWantedAsItIsIsNotTrimmed() {
        for text in [" a\n", "\n", "", "  call:now{} ", " call:now", "a<|channel>thought\n hm <channel|> b "] {
            for cut in [Cut.asGiven, .everyScalar] {
                var parser = ReplyParser(tools: [now], trimsContent: false)
                var told = ""
                let events = cut(pieces(text)).flatMap { parser.append($0) } + parser.finish()
                for case .content(let delta) in events { told += delta }
                let expected = text.hasPrefix("a<") ? "a b " : text
                #expect(told == expected && parser.reply.content == expected)
                #expect(parser.reply.reasoning == (text.hasPrefix("a<") ? "hm" : ""))
            }
        }
    }

    // MARK: - Arguments

    @Test func equalKeysAreThoseWithTheSameScalars() {
        #expect(same(arguments("{é:1,e\u{301}:2,é:3}") ?? "", "{\"é\":1,\"e\u{301}\":2}"))
    }

    @Test func numbersKeepTheirDigits() {
        #expect(
            arguments("{a:-0,b:1E5,c:10000000000000000000000.10,d:01,e:1.,f:-}")
                == #"{"a":-0,"b":1E5,"c":10000000000000000000000.10,"d":"01","e":"1.","f":"-"}"#)
    }

    @Test func aSchemaOfTextKeepsBareValuesText() {
        let tool = ToolDescription(
            name: "f",
            parameters: [
                "properties": [
                    "s": ["type": "string"], "l": ["type": "array", "items": ["type": "string"]],
                    "o": ["properties": ["s": ["type": "string"]]], "odd": true,
                ]
            ])
        #expect(
            arguments("{s:1,l:[2,true,null],o:{s:3,n:4},odd:5,n:6}", [tool])
                == #"{"s":"1","l":["2","true",null],"o":{"s":"3","n":4},"odd":5,"n":6}"#)
        // A comma does not end text.
        #expect(arguments("{s:1, 2}", [tool]) == #"{"s":"1, 2"}"#)
    }

    @Test func aCommaEndsBareTextIfAMemberFollows() {
        #expect(arguments("{a:x, y z,b:1}") == #"{"a":"x, y z","b":1}"#)
        #expect(arguments("{a:x,é_-.$9 =1}") == #"{"a":"x","é_-.$9":1}"#)
        #expect(arguments("{a:x,}") == #"{"a":"x"}"#)
        #expect(arguments("{a:1,b c}") == nil)
    }

    @Test func quotedTextIsAStringOnlyIfTheValueEndsThere() {
        #expect(arguments(#"{a:"x" and "y"}"#) == #"{"a":"\"x\" and \"y\""}"#)
        #expect(arguments(#"{a:"\u00e9\n","b\"c":'it\'s \d'}"#) == #"{"a":"é\n","b\"c":"it's \\d"}"#)
        #expect(arguments("{a:\"x\n\ty\"}") == #"{"a":"x\n\ty"}"#)
        #expect(arguments(#"{a:"\x"}"#) == #"{"a":"\"\\x\""}"#)
    }

    @Test func aForgottenDelimiterLeavesTheBracketsThatFit() {
        #expect(arguments("{a:[{b:<|\"|>x} ] }") == #"{"a":[{"b":"x"}]}"#)
        #expect(arguments("{a:[{b:<|\"|>x]}") == #"{"a":[{"b":"x]"}]}"#)
        #expect(arguments("{a:[{b:<|\"|>x}]") == #"{"a":[{"b":"x"}]}"#)
        #expect(arguments("{a:[{b:<|\"|>x}}") == #"{"a":[{"b":"x}"}]}"#)
        #expect(arguments("{a:[{b:<|\"|>x}") == #"{"a":[{"b":"x"}]}"#)
    }

    @Test func specialTokensWithinAStringAreItsText() {
        #expect(arguments("{a:<|\"|><|channel>b<|tool_call><|\"|>}") == #"{"a":"<|channel>b<|tool_call>"}"#)
        #expect(arguments("{a<|think|>:1}") == #"{"a":1}"#)
    }

    @Test func namesMayHaveAPrefixThatIsNotRegistered() {
        let tools = [now, ToolDescription(name: "b.now"), ToolDescription(name: "search")]
        func name(_ written: String) -> String? {
            read("<|tool_call>call:\(written){}<tool_call|>", tools: tools).toolCalls.first?.name
        }
        #expect(name("functions:search") == "search")
        #expect(name("functions.search") == "search")
        #expect(name("research") == "research")
        #expect(name("a.b.now") == "a.b.now")  // Two could be meant.
    }

    @Test func nestingIsLimited() {
        func nested(_ depth: Int) -> Reply {
            let arrays = String(repeating: "[", count: depth - 1) + String(repeating: "]", count: depth - 1)
            return read("<|tool_call>call:f{a:\(arrays)}<tool_call|>")
        }
        #expect(nested(ReplyParser.maximumDepth).toolCalls.count == 1)
        #expect(nested(ReplyParser.maximumDepth + 1).malformedCalls.map(\.reason) == [.depth])
        #expect(nested(100_000).malformedCalls.map(\.reason) == [.depth])
    }

    @Test func aCallIsTruncatedOnlyIfTheLimitEndedIt() {
        func reasons(_ text: String, truncated: Bool) -> [MalformedCall.Reason] {
            read(text, truncated: truncated).malformedCalls.map(\.reason)
        }
        #expect(reasons("<|tool_call>call:f{a:", truncated: true) == [.truncated])
        #expect(reasons("<|tool_call>call:f{a:", truncated: false) == [.syntax])
        #expect(reasons("<|tool_call>call:f{a:<turn|>", truncated: true) == [.syntax])
        #expect(reasons("<|tool_call>call:f{a}", truncated: true) == [.syntax])
    }

    // MARK: - Bare calls

    @Test func aBareCallNeedsARegisteredNameAndItsEnd() {
        let tools = [now]
        #expect(read("\n call:now (a=1)<tool_call|>", tools: tools).toolCalls.map(\.arguments) == [#"{"a":1}"#])
        #expect(read("Hi call:now{}<tool_call|>", tools: tools).toolCalls.isEmpty)
        #expect(read("call:now\u{A0}{}<tool_call|>", tools: tools).content == "call:now\u{A0}{}")
        #expect(read("call:now{<turn|>", tools: tools).content == "call:now{")
        let reply = read("call:now{<|channel>thought\nhm<channel|>a<|tool_call>call:f{}<tool_call|>b", tools: tools)
        #expect(reply.content == "call:now{ab" && reply.reasoning == "hm" && reply.toolCalls.map(\.name) == ["f"])
    }

    @Test func aTokenThatNoCallHasSpoilsABareCall() {
        let reply = read("call:now{a<|think|>:1}<tool_call|>", tools: [now])
        #expect(reply.malformedCalls.map(\.raw) == ["call:now{a<|think|>:1}<tool_call|>"])
        #expect(
            read("call:now{a:<|\"|><|think|><|\"|>}<tool_call|>", tools: [now]).toolCalls.map(\.arguments)
                == [#"{"a":"<|think|>"}"#])
    }

    // MARK: - Calls that are not allowed

    @Test func callsStayContentIfTheyAreNotAllowed() {
        let text = "a <|tool_call>call:f{b:<|\"|><|channel>}<|\"|>}<tool_call|> <|channel>thought\nhm<channel|>c"
        for cut in [Cut.asGiven, .everyScalar] {
            let (reply, told) = read(cut(pieces(text)), tools: [now], calls: .keepAsContent)
            #expect(reply.content == "a <|tool_call>call:f{b:<|\"|><|channel>}<|\"|>}<tool_call|> c")
            #expect(told == reply)
            #expect(reply.reasoning == "hm" && reply.toolCalls.isEmpty && reply.finishReason == .stop)
        }
        #expect(
            read(pieces("call:now{}<tool_call|>"), tools: [now], calls: .keepAsContent).reply.content
                == "call:now{}")
    }

    // MARK: - Ids

    @Test func idsAreRandomLettersAndDigits() {
        var generator = Generator(state: 1)
        let ids = (0..<100).map { _ in String.randomCallID(using: &generator) }
        #expect(Set(ids).count == 100)
        for id in ids {
            #expect(id.hasPrefix("call_") && id.utf8.count == 29)
            #expect(id.dropFirst(5).allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber) })
        }
        var other = Generator(state: 1)
        #expect(String.randomCallID(using: &other) == ids[0])
    }

    @Test func everyCallHasAnIdOfItsOwn() {
        var parser = ReplyParser()
        for piece in pieces("<|tool_call>call:f{}call:f{}<tool_call|>") { _ = parser.append(piece) }
        _ = parser.finish()
        #expect(parser.reply.toolCalls.count == 2)
        #expect(parser.reply.toolCalls[0].id != parser.reply.toolCalls[1].id)
    }
}
