import Chat
import JSON

/// Takes a model's reply apart. The lowest bits of the first byte are the options; of the rest, the control characters
/// from U+000E on are special tokens, and all else is text.
enum ReplyDoor {
    private static let tokens =
        [
            SpecialToken.thoughtStart, .thoughtEnd, .callStart, .callEnd, .resultStart, .delimiter, .turnStart,
            .turnEnd,
            .endOfText, .other("<|think|>"),
        ]
    private static let firstToken: UInt8 = 0x0E

    private static let tools = [
        ToolDescription(name: "now"),
        ToolDescription(
            name: "weather",
            parameters: [
                "properties": [
                    "city": ["type": "string"], "days": ["type": "integer"],
                    "places": ["type": "array", "items": ["properties": ["zip": ["type": "string"]]]],
                ]
            ]),
    ]

    static func run(_ input: [UInt8]) throws {
        let options = input.first ?? 0
        let pieces = pieces(input.dropFirst())
        let whole = try read(pieces, options)
        let scalars = pieces.flatMap { piece -> [ReplyPiece] in
            guard case .text(let text) = piece else { return [piece] }
            return text.unicodeScalars.map { .text(String($0)) }
        }
        guard try read(scalars, options) == whole else { throw Violation("the division into pieces matters") }
    }

    private static func pieces(_ input: ArraySlice<UInt8>) -> [ReplyPiece] {
        var pieces: [ReplyPiece] = []
        var text: [UInt8] = []
        for byte in input {
            if firstToken <= byte, byte < firstToken + UInt8(tokens.count) {
                pieces.append(.text(String(decoding: text, as: UTF8.self)))
                pieces.append(.special(tokens[Int(byte - firstToken)]))
                text = []
            } else {
                text.append(byte)
            }
        }
        return pieces + [.text(String(decoding: text, as: UTF8.self))]
    }

    /// Reads a reply, and checks that its events say the same as its fields do.
    private static func read(_ pieces: [ReplyPiece], _ options: UInt8) throws -> Reply {
        var parser = ReplyParser(
            tools: options & 1 == 0 ? [] : tools, promptOpensThought: options & 2 != 0,
            calls: options & 4 == 0 ? .parse : .keepAsContent, makeID: { "" })
        var told = Reply()
        for piece in pieces { parser.append(piece).forEach { told.apply($0) } }
        parser.finish(truncated: options & 8 != 0).forEach { told.apply($0) }

        let reply = parser.reply
        if reply.finishReason == .length { told.finishReason = .length }
        guard told == reply else { throw Violation("events that say \(told) of \(reply)") }
        for call in reply.toolCalls {
            guard case .object? = try? JSONValue(json: call.arguments) else {
                throw Violation("the arguments are not a JSON object: \(call.arguments)")
            }
        }
        for text in [reply.content, reply.reasoning] where text != text.trimmed {
            throw Violation("\(text.debugDescription) has white space at an end")
        }
        return reply
    }

    /// - Parameter text: special tokens as their text.
    private static func seed(_ options: UInt8, _ text: String) -> [UInt8] {
        var bytes = [options]
        var rest = text[...]
        while let scalar = rest.unicodeScalars.first {
            if let place = tokens.firstIndex(where: { rest.utf8.starts(with: $0.text.utf8) }) {
                bytes.append(firstToken + UInt8(place))
                rest = rest.dropFirst(tokens[place].text.count)
            } else {
                bytes += String(scalar).utf8
                rest.unicodeScalars.removeFirst()
            }
        }
        return bytes
    }

    static let seeds: [(name: String, bytes: [UInt8])] = [
        ("text", seed(0, " Hello,\n\nworld ")),
        ("thoughts", seed(2, "hm<|channel>thought\na<channel|>b<|channel>though<channel|> c<turn|>d")),
        (
            "calls",
            seed(
                1,
                "<|tool_call>call:weather{city:<|\"|>Oslo} ]<|\"|>,days:3,places:[{zip:0150},{zip:None}]}<tool_call|>"
                    + "<|tool_call>call:ns.now{}call:now<tool_call|><|tool_response>")
        ),
        (
            "liberties",
            seed(
                0,
                "<|tool_call>f(a=\"x\\u00e9\\\"\", 'b' = 'it\\'s', c: bare text, d: 1, 2, e=[True,x,],e:2,"
                    + "<|\"|>k k<|\"|>:\"a\" b<|think|>}}<tool_call|>")
        ),
        (
            "bare",
            seed(1, "<|channel>thought\n<channel|>call:weather {city:<|\"|>Oslo<tool_call|>call:now{<|tool_call>")
        ),
        ("forbidden", seed(5, "a<|tool_call>call:now{<|\"|><|channel><|\"|>}<tool_call|>b")),
        ("truncated", seed(9, "<|tool_call>call:weather{places:[{zip:<|\"|>a}]}")),
        ("header", seed(0, "<|turn>model\nHi<eos>")),
    ]
}

extension String {
    /// Without white space at its ends.
    fileprivate var trimmed: String {
        let isSpace = { (scalar: Unicode.Scalar) in scalar.properties.isWhitespace }
        guard let first = unicodeScalars.firstIndex(where: { !isSpace($0) }),
            let last = unicodeScalars.lastIndex(where: { !isSpace($0) })
        else { return "" }
        return String(unicodeScalars[first...last])
    }
}
