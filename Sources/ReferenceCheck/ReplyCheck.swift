import Chat
package import Foundation
import JSON

/// Takes the replies of replies.json apart, cut into pieces in many ways, and compares what they say.
package enum ReplyCheck {
    package static func run(_ url: URL) throws -> CountedResult { try run(read(url), name: url.lastPathComponent) }

    /// Checks the cases of `json`, the content of a file called `name`.
    package static func run(_ json: Data, name: String) throws -> CountedResult {
        let cases = try ReplyCase.all(in: json, name: name)
        var result = CountedResult(name: name, cases: cases.count)
        for item in cases { result.count(item.name, isExact: isExact(item)) }
        return result
    }

    private static func isExact(_ item: ReplyCase) -> Bool {
        let scalars = item.pieces.flatMap { piece -> [ReplyPiece] in
            guard case .text(let text) = piece else { return [piece] }
            return text.unicodeScalars.map { .text(String($0)) }
        }
        // Two pieces with the cut before each scalar, all in one, and every scalar by itself.
        return isExact(item, scalars)
            && (0...scalars.count).allSatisfy { cut in
                isExact(item, joined(scalars[..<cut]) + joined(scalars[cut...]))
            }
    }

    /// - Returns: pieces with all text between special tokens in one.
    private static func joined(_ pieces: ArraySlice<ReplyPiece>) -> [ReplyPiece] {
        var result: [ReplyPiece] = []
        for piece in pieces {
            if case .text(let first)? = result.last, case .text(let second) = piece {
                result[result.count - 1] = .text(first + second)
            } else {
                result.append(piece)
            }
        }
        return result
    }

    private static func isExact(_ item: ReplyCase, _ pieces: [ReplyPiece]) -> Bool {
        var parser = ReplyParser(tools: item.tools, promptOpensThought: item.promptOpensThought, makeID: { "" })
        var told = Reply()
        for piece in pieces { parser.append(piece).forEach { told.apply($0) } }
        parser.finish(truncated: item.isTruncated).forEach { told.apply($0) }
        if parser.reply.finishReason == .length { told.finishReason = .length }
        return parser.reply.json == item.expected && told.json == item.expected
    }
}

/// A reply, and what it says.
private struct ReplyCase {
    let name: String
    let pieces: [ReplyPiece]
    let tools: [ToolDescription]
    let promptOpensThought: Bool
    let isTruncated: Bool
    let expected: JSONValue

    static func all(in json: Data, name: String) throws(CheckError) -> [ReplyCase] {
        let cases: [JSONValue]?
        do throws(JSONError) {
            cases = try JSONValue(json: Array(json))["cases"]?.arrayValue
        } catch {
            throw .invalidReference(path: name, reason: error.description)
        }
        let replies = cases?.compactMap(ReplyCase.init)
        guard let replies, replies.count == cases?.count else {
            throw .invalidReference(path: name, reason: "expected cases with name, pieces and expected")
        }
        return replies
    }

    private init?(_ json: JSONValue) {
        let pieces = json["pieces"]?.arrayValue?.compactMap { piece -> ReplyPiece? in
            if let text = piece.stringValue { return .text(text) }
            return piece["special"]?.stringValue.map { .special(SpecialToken($0)) }
        }
        guard let name = json["name"]?.stringValue, let pieces, pieces.count == json["pieces"]?.arrayValue?.count,
            let expected = json["expected"]
        else { return nil }
        self.name = name
        self.pieces = pieces
        self.expected = expected
        tools = (json["tools"]?.arrayValue ?? []).compactMap { tool in
            tool["name"]?.stringValue.map { ToolDescription(name: $0, parameters: tool["parameters"]) }
        }
        promptOpensThought = json["prompt_open"]?.boolValue ?? false
        isTruncated = json["truncated"]?.boolValue ?? false
    }
}

extension Reply {
    fileprivate var json: JSONValue {
        var members: JSONObject = [
            "reasoning": .string(reasoning), "content": .string(content),
            "tool_calls": .array(toolCalls.map { ["name": .string($0.name), "arguments": .string($0.arguments)] }),
            "finish": .string(finishReason.rawValue),
        ]
        if !malformedCalls.isEmpty {
            members["malformed"] = .array(
                malformedCalls.map { ["raw": .string($0.raw), "reason": .string($0.reason.rawValue)] })
        }
        return .object(members)
    }
}
