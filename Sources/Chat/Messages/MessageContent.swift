/// What a message says.
public enum MessageContent: Hashable, Sendable {
    case text(String)
    case parts([ContentPart])

    /// The texts of all parts, one after the other. Nil if a part is not text.
    public var text: String? {
        switch self {
        case .text(let text): return text
        case .parts(let parts):
            var result = ""
            for part in parts {
                guard case .text(let text) = part else { return nil }
                result += text
            }
            return result
        }
    }
}

/// A part of a message.
public enum ContentPart: Hashable, Sendable {
    case text(String)
    /// - Parameters:
    ///   - url: where it is, or a `data:` URL that contains it.
    ///   - detail: `low`, `high` or `auto`.
    case image(url: String, detail: String? = nil)
    /// - Parameters:
    ///   - data: in base64.
    ///   - format: `wav`, `mp3`, …
    case audio(data: String, format: String)
    case video(url: String)

    /// OpenAI's name of its kind.
    public var type: String { kind.rawValue }
}

extension MessageContent: ExpressibleByStringInterpolation {
    public init(stringLiteral text: String) { self = .text(text) }
}
