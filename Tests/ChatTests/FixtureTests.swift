import Chat
import Foundation
import JSON
import Testing

@Suite struct ReplyFixtureTests {
    struct Case: CustomTestStringConvertible {
        let name: String
        let pieces: [ReplyPiece]
        let tools: [ToolDescription]
        let promptOpensThought: Bool
        let truncated: Bool
        let expected: JSONValue

        var testDescription: String { name }

        init(_ json: JSONValue) throws {
            name = try #require(json["name"]?.stringValue)
            pieces = try #require(json["pieces"]?.arrayValue).map {
                if let text = $0.stringValue { return .text(text) }
                return .special(SpecialToken(try #require($0["special"]?.stringValue)))
            }
            tools = try (json["tools"]?.arrayValue ?? []).map {
                ToolDescription(name: try #require($0["name"]?.stringValue), parameters: $0["parameters"])
            }
            promptOpensThought = json["prompt_open"]?.boolValue ?? false
            truncated = json["truncated"]?.boolValue ?? false
            expected = try #require(json["expected"])
        }

        static func all() throws -> [Case] {
            let file = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
                .appendingPathComponent("Fixtures/chat/replies.json")
            let json = try JSONValue(json: Array(Data(contentsOf: file)))
            return try #require(json["cases"]?.arrayValue).map { try Case($0) }
        }
    }

    @Test func thereAreAllCases() throws {
        #expect(try Case.all().count == 123)
    }

    @Test(arguments: try Case.all())
    func everyDivisionOfAReplyGivesTheSameFields(_ test: Case) {
        for cut in Cut.many(for: test.pieces) {
            let (reply, told) = read(
                cut(test.pieces), tools: test.tools, promptOpensThought: test.promptOpensThought,
                truncated: test.truncated)
            #expect(same(reply.json.json, test.expected.json), "\(cut)")
            #expect(same(told.json.json, reply.json.json), "\(cut)")
        }
    }
}

extension Reply {
    /// In the form of the fixtures.
    fileprivate var json: JSONValue {
        var members: JSONObject = [
            "reasoning": .string(reasoning), "content": .string(content),
            "tool_calls": .array(toolCalls.map { ["name": .string($0.name), "arguments": .string($0.arguments)] }),
        ]
        if !malformedCalls.isEmpty {
            members["malformed"] = .array(
                malformedCalls.map { ["raw": .string($0.raw), "reason": .string($0.reason.rawValue)] })
        }
        members["finish"] = .string(finishReason.rawValue)
        return .object(members)
    }
}
