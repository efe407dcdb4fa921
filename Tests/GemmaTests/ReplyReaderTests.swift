import Chat
import Foundation
import Gemma
import JSON
import Testing
import Tokenizer

/// From the tokens of a reply to what it says.
@Suite("Replies from tokens")
struct ReplyReaderTests {
    private let format: ChatFormat

    init() throws { format = try Conversing.format() }

    private func read(
        _ tokens: [TokenID], tools: [ToolDescription] = [], opensThought: Bool = false, stop: [String] = [],
        truncated: Bool = false
    ) -> (reply: Reply, reader: ReplyReader) {
        var reader = ReplyReader(
            format, tools: tools, opensThought: opensThought, stop: stop, makeID: { "" })
        var told = Reply()
        for token in tokens { reader.append(token).forEach { told.apply($0) } }
        reader.finish(truncated: truncated).forEach { told.apply($0) }
        let reply = reader.reply
        #expect(told.content == reply.content && told.reasoning == reply.reasoning)
        #expect(told.toolCalls == reply.toolCalls && told.malformedCalls == reply.malformedCalls)
        return (reply, reader)
    }

    private func read(_ prompt: RawPrompt, stop: [String] = []) throws -> Reply {
        try read(format.tokenizer.encode(prompt), stop: stop).reply
    }

    @Test("Every reply of the reference, as tokens, says what it says as text", arguments: [[], ["a stop text"]])
    func reference(stop: [String]) throws {
        let cases = try JSONValue(json: Array(Data(contentsOf: Conversing.replies)))["cases"]?.arrayValue
        for example in try #require(cases) {
            let parts = try #require(example["pieces"]?.arrayValue).compactMap { piece -> RawPrompt.Part? in
                piece.stringValue.map { .text($0) } ?? piece["special"]?.stringValue.map { .control($0) }
            }
            // One has a token that the small vocabulary lacks.
            let tokens: [TokenID]
            do throws(TokenizerError) {
                tokens = try format.tokenizer.encode(RawPrompt(parts))
            } catch {
                #expect(error == .unknownSpecialToken(text: "<|image|>"))
                continue
            }
            let tools = (example["tools"]?.arrayValue ?? []).compactMap { tool in
                tool["name"]?.stringValue.map { ToolDescription(name: $0, parameters: tool["parameters"]) }
            }
            let reply = read(
                tokens, tools: tools, opensThought: example["prompt_open"]?.boolValue ?? false, stop: stop,
                truncated: example["truncated"]?.boolValue ?? false
            ).reply
            let expected = try #require(example["expected"])
            let name = example["name"]?.stringValue ?? ""
            #expect(expected["content"] == .string(reply.content), "\(name)")
            #expect(expected["reasoning"] == .string(reply.reasoning), "\(name)")
            #expect(expected["finish"] == .string(reply.finishReason.rawValue), "\(name)")
            #expect(expected["tool_calls"]?.arrayValue?.map { $0["name"]?.stringValue } == reply.toolCalls.map(\.name))
            #expect(
                expected["tool_calls"]?.arrayValue?.map { $0["arguments"]?.stringValue }
                    == reply.toolCalls.map(\.arguments), "\(name)")
            #expect((expected["malformed"]?.arrayValue ?? []).count == reply.malformedCalls.count, "\(name)")
        }
    }

    @Test("A marker is a token; its text written with ordinary tokens is content")
    func markers() throws {
        let reply = try read([.text("<|channel>thought\n<tool_call|>"), .control("<|channel>"), "hm"])
        #expect(reply.content == "<|channel>thought\n<tool_call|>" && reply.reasoning == "hm")
    }

    @Test("Characters come whole, and what is cut off by a token is replaced")
    func characters() throws {
        let llama = format.tokenizer.encode("🦙")
        #expect(llama.count == 4)
        var reader = ReplyReader(format, opensThought: false)
        #expect(llama.map { reader.append($0) } == [[], [], [], [.content("🦙")]])
        let open = try #require(format.tokenizer.vocabulary.id(of: "<|channel>"))
        #expect(reader.append(llama[0]) == [] && reader.append(open) == [.content("\u{FFFD}")])
        #expect(reader.append(llama[0]) == [] && reader.finish() == [.reasoning("\u{FFFD}")])
    }

    @Test("A token that ends answers ends the reply", arguments: ["<turn|>", "<eos>", "<|tool_response>"])
    func ends(_ text: String) throws {
        let (reply, reader) = try read(format.tokenizer.encode(["Hi", .control(text), "there"]))
        #expect(reply.content == "Hi" && reader.isEnded && !reader.hasStopped)
    }

    @Test("Other files' ends and user-defined tokens are ends and text")
    func otherVocabularies() throws {
        let texts = ["<bos>", "<eos>", "<|im_end|>", "<table>", "<|think|>", "<|channel>", "a"]
        let types: [TokenType] = [.control, .control, .control, .userDefined, .control, .normal, .normal]
        let bytes = (UInt8.min...UInt8.max).map { ByteToken.text(of: $0) }
        let tokenizer = try BPETokenizer(
            Vocabulary(tokens: (texts + bytes).map { Array($0.utf8) }, types: types + bytes.map { _ in .byte }),
            merges: [[UInt8]]())
        let format = try ChatFormat(template: "", tokenizer: tokenizer)
        var reader = ReplyReader(format, opensThought: false)
        for token in [6, 3, 4, 5, 6, 2, 6] as [TokenID] { _ = reader.append(token) }
        #expect(reader.isEnded && reader.reply.content == "a<table>" && reader.reply.reasoning == "a")
    }

    // MARK: - Stop texts

    /// A whole content, cut before the stop text that is complete first, and of several such the longest.
    private func cut(_ content: String, at stop: [String]) -> String {
        let bytes = Array(content.utf8.drop { $0 == 0x20 || $0 == 0x0A })
        for end in bytes.indices {
            let found = stop.filter { bytes[...end].suffix($0.utf8.count).elementsEqual($0.utf8) }
            guard let longest = found.map(\.utf8.count).max() else { continue }
            return trimmed(String(decoding: bytes[..<(end + 1 - longest)], as: UTF8.self))
        }
        return trimmed(content)
    }

    private func trimmed(_ text: String) -> String { text.trimmingCharacters(in: .whitespacesAndNewlines) }

    @Test("The content ends before a stop text, wherever tokens are divided")
    func stopTexts() throws {
        let snippets = ["a", "b", " ", "\n", "ab", "aab", "é", "🦙", "\n\n"]
        var random = Generator()
        for _ in 0..<2000 {
            let content = (0..<Int.random(in: 0...8, using: &random)).map { _ in
                snippets.randomElement(using: &random) ?? ""
            }
            let stop = (0..<Int.random(in: 1...3, using: &random)).map { _ in
                (0..<Int.random(in: 1...3, using: &random)).map { _ in snippets.randomElement(using: &random) ?? "" }
                    .joined()
            }
            let tokens =
                Bool.random(using: &random)
                ? format.tokenizer.encode(content.joined()) : content.flatMap { format.tokenizer.encode($0) }
            let (reply, _) = read(tokens, stop: stop)
            let expected = cut(content.joined(), at: stop)
            #expect(reply.content.utf8.elementsEqual(expected.utf8), "\(content) \(stop)")
            #expect(reply.finishReason == .stop)
        }
    }

    @Test("A stop text is known with the token that completes it, and what only begins like one is told later")
    func delivery() throws {
        var reader = ReplyReader(format, opensThought: false, stop: ["#\n\n", "##"])
        func read(_ text: String) -> [ReplyEvent] { format.tokenizer.encode(text).flatMap { reader.append($0) } }
        #expect(read("a #") == [.content("a")])
        #expect(read("b #") == [.content(" #b")])
        #expect(read("\n") == [] && !reader.hasStopped)
        #expect(read("c  #") == [.content(" #\nc")])
        #expect(read("\n") == [] && !reader.hasStopped)
        #expect(read("\n") == [] && reader.hasStopped)
        #expect(read("d") == [] && reader.finish(truncated: true) == [])
        #expect(reader.reply.content == "a #b #\nc" && reader.reply.finishReason == .stop)
    }

    @Test("Thoughts and calls are not searched")
    func elsewhere() throws {
        let call: [RawPrompt.Part] = [.markup("<|tool_call>call:f{a:<|\"|>STOP<|\"|>}<tool_call|>")]
        let thought: [RawPrompt.Part] = [.markup("<|channel>thought\nSTOP<channel|>")]
        let reply = try read(RawPrompt(thought + call + ["ab STOP c"]), stop: ["STOP"])
        #expect(reply.reasoning == "STOP" && reply.content == "ab")
        #expect(reply.toolCalls.map(\.arguments) == [#"{"a":"STOP"}"#] && reply.finishReason == .toolCalls)
        #expect(try read(RawPrompt(thought + call), stop: ["STOP"]).content.isEmpty)
    }

    @Test("A stop text does not hide that the limit of tokens struck")
    func truncation() {
        let (reply, _) = read(format.tokenizer.encode("ab"), stop: ["bc"], truncated: true)
        #expect(reply.content == "ab" && reply.finishReason == .length)
    }
}

/// Random numbers that are the same in every run.
private struct Generator: RandomNumberGenerator {
    private var state: UInt64 = 1

    mutating func next() -> UInt64 {
        state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
        return (state >> 33) &* 0x9E37_79B9_7F4A_7C15
    }
}
