/// How text looks in a terminal.
struct TextStyle: Hashable, Sendable {
    var isBold = false
    var isItalic = false
    var isDim = false
    var isCode = false

    static let plain = TextStyle()
    static let dim = TextStyle(isDim: true)

    static let reset = "\u{1B}[0m"

    /// The escape sequence that changes any other style into this one.
    var sequence: String {
        var codes = ["0"]
        if isBold { codes.append("1") }
        if isDim { codes.append("2") }
        if isItalic { codes.append("3") }
        if isCode { codes.append("36") }
        return "\u{1B}[\(codes.joined(separator: ";"))m"
    }
}
