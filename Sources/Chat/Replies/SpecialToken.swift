/// The tokens that give a reply its structure. A token is meant, never its text: the same characters written with
/// ordinary tokens are text.
public enum SpecialToken: Hashable, Sendable {
    /// `<|channel>`
    case thoughtStart
    /// `<channel|>`
    case thoughtEnd
    /// `<|tool_call>`
    case callStart
    /// `<tool_call|>`
    case callEnd
    /// `<|tool_response>`, which the model writes after its calls: the result is not its own to write.
    case resultStart
    /// `<|"|>`, before and after a string
    case delimiter
    /// `<|turn>`
    case turnStart
    /// `<turn|>`
    case turnEnd
    /// `<eos>`
    case endOfText
    /// Any other, by its text.
    case other(String)

    /// The token that the vocabulary knows by a text.
    public init(_ text: String) {
        self = SpecialToken.structural.first { $0.text == text } ?? .other(text)
    }

    private static let structural: [SpecialToken] = [
        .thoughtStart, .thoughtEnd, .callStart, .callEnd, .resultStart, .delimiter, .turnStart, .turnEnd, .endOfText,
    ]

    /// The text by which the vocabulary knows it.
    public var text: String {
        switch self {
        case .thoughtStart: "<|channel>"
        case .thoughtEnd: "<channel|>"
        case .callStart: "<|tool_call>"
        case .callEnd: "<tool_call|>"
        case .resultStart: "<|tool_response>"
        case .delimiter: "<|\"|>"
        case .turnStart: "<|turn>"
        case .turnEnd: "<turn|>"
        case .endOfText: "<eos>"
        case .other(let text): text
        }
    }

    /// Whether what follows is no longer part of the reply.
    public var endsReply: Bool {
        switch self {
        case .resultStart, .turnStart, .turnEnd, .endOfText: true
        default: false
        }
    }
}
