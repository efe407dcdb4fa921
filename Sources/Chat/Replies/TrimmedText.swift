/// A field that grows: blocks of text without white space at their ends, empty ones left out, a blank line between.
struct TrimmedText {
    /// Whether white space at the ends is left out. Without that, all text is in `text`, in one block.
    private let isTrimmed: Bool
    private(set) var text = ""
    /// White space at the end of the block, which counts only if text follows.
    private(set) var held = ""
    private var isAtStart = true

    init(isTrimmed: Bool = true) { self.isTrimmed = isTrimmed }

    mutating func beginBlock() {
        held = ""
        isAtStart = true
    }

    /// - Returns: what is now known to follow `text`.
    mutating func append(_ piece: Substring) -> String {
        guard isTrimmed else {
            text += piece
            return String(piece)
        }
        var piece = piece
        if isAtStart { piece = piece.trimmingPrefix(while: \.isTrimmed) }
        guard let last = piece.unicodeScalars.lastIndex(where: { !$0.isTrimmed }) else {
            held += piece
            return ""
        }
        let end = piece.unicodeScalars.index(after: last)
        let delta = (isAtStart && !text.isEmpty ? "\n\n" : held) + piece[..<end]
        text += delta
        held = String(piece[end...])
        isAtStart = false
        return delta
    }
}

extension Substring {
    fileprivate func trimmingPrefix(while isTrimmed: (Unicode.Scalar) -> Bool) -> Substring {
        self[(unicodeScalars.firstIndex { !isTrimmed($0) } ?? endIndex)...]
    }
}

extension Unicode.Scalar {
    /// White space as Python's `strip` takes it.
    package var isTrimmed: Bool {
        switch value {
        case 0x20, 0x09...0x0D, 0x1C...0x1F: true
        case ..<0x80: false
        default: properties.isWhitespace
        }
    }
}
