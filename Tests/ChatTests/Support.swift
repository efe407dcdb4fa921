import Chat
import JSON

/// A reply as the model's tokens give it, from text in which every marker means its token.
func pieces(_ text: String) -> [ReplyPiece] {
    let markers = [
        "<|channel>", "<channel|>", "<|tool_call>", "<tool_call|>", "<|tool_response>", "<|\"|>", "<|turn>", "<turn|>",
        "<eos>", "<|think|>",
    ]
    var pieces: [ReplyPiece] = []
    var ordinary = ""
    var rest = text[...]
    while let character = rest.first {
        if let marker = markers.first(where: { rest.hasPrefix($0) }) {
            if !ordinary.isEmpty { pieces.append(.text(ordinary)) }
            ordinary = ""
            pieces.append(.special(SpecialToken(marker)))
            rest.removeFirst(marker.count)
        } else {
            ordinary.append(character)
            rest.removeFirst()
        }
    }
    return ordinary.isEmpty ? pieces : pieces + [.text(ordinary)]
}

/// How the text of a reply is cut into pieces.
enum Cut {
    case asGiven
    case everyScalar
    /// Before the scalar with this number, counted through all pieces.
    case once(Int)
    case random(seed: UInt64)

    func callAsFunction(_ pieces: [ReplyPiece]) -> [ReplyPiece] {
        var result: [ReplyPiece] = []
        var count = 0
        var generator = Generator(state: 0)
        if case .random(let seed) = self { generator = Generator(state: seed) }
        for piece in pieces {
            guard case .text(let text) = piece else {
                result.append(piece)
                continue
            }
            var part = ""
            for scalar in text.unicodeScalars {
                let isHere =
                    switch self {
                    case .asGiven: false
                    case .everyScalar: true
                    case .once(let place): place == count
                    case .random: generator.next() % 4 == 0
                    }
                if isHere {
                    result.append(.text(part))
                    part = ""
                }
                part.unicodeScalars.append(scalar)
                count += 1
            }
            result.append(.text(part))
        }
        return result
    }

    /// Cuts that find whatever depends on the division.
    static func many(for pieces: [ReplyPiece]) -> [Cut] {
        let count = pieces.reduce(0) { if case .text(let text) = $1 { $0 + text.unicodeScalars.count } else { $0 } }
        return [.asGiven, .everyScalar] + (0...count).map { .once($0) } + (0..<20).map { .random(seed: $0) }
    }
}

/// SplitMix64.
struct Generator: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var bits = state
        bits = (bits ^ (bits >> 30)) &* 0xBF58_476D_1CE4_E5B9
        bits = (bits ^ (bits >> 27)) &* 0x94D0_49BB_1331_11EB
        return bits ^ (bits >> 31)
    }
}

/// - Returns: the reply, and what its events alone say.
func read(
    _ pieces: [ReplyPiece], tools: [ToolDescription] = [], promptOpensThought: Bool = false, truncated: Bool = false,
    calls: ReplyParser.CallPolicy = .parse
) -> (reply: Reply, told: Reply) {
    var parser = ReplyParser(tools: tools, promptOpensThought: promptOpensThought, calls: calls, makeID: { "id" })
    var told = Reply()
    for piece in pieces { parser.append(piece).forEach { told.apply($0) } }
    parser.finish(truncated: truncated).forEach { told.apply($0) }
    if told.finishReason == .stop, truncated { told.finishReason = .length }
    return (parser.reply, told)
}

func read(_ text: String, tools: [ToolDescription] = [], truncated: Bool = false) -> Reply {
    read(pieces(text), tools: tools, truncated: truncated).reply
}

/// Equal to the last bit: `String` takes different spellings of "é" for equal.
func same(_ left: String, _ right: String) -> Bool { left.utf8.elementsEqual(right.utf8) }
