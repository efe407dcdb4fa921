package import Constraint
package import Tokenizer

/// Drafts what a constraint leaves no choice about: keys and punctuation of JSON, the rest of the only choice left.
///
/// Bytes are forced, tokens are not: the same bytes can be written by several rows of tokens. The drafts are those
/// that wrote such bytes before, or else those that the tokenizer makes, as texts that models learn from have them.
/// Where white space is optional it is guessed from that before it. Verification makes the text exact whether the
/// drafts are right or not.
package struct ForcedText: Sendable {
    private let tokenizer: BPETokenizer
    private var layout = JSONLayout()
    /// The text so far: its bytes, its tokens, and where each token begins.
    private var written: [UInt8] = []
    private var tokens: [TokenID] = []
    private var starts: [Int] = []
    /// Drafts that are made at most: fewer after some were refused, more after all were accepted.
    private var longest = longestDraft
    /// Rounds without drafts after one whose drafts were all refused, and how many of them are left.
    private var (pause, pauseLeft) = (0, 0)

    /// Each row of logits takes a megabyte, and what is forced in real constraints is rarely longer.
    package static let longestDraft = 32
    /// The most bytes that are looked ahead.
    private static let longestStretch = 256

    package init(_ tokenizer: BPETokenizer) { self.tokenizer = tokenizer }

    /// Takes notice of a token that was added to the text.
    package mutating func append(_ token: TokenID) {
        let start = written.count
        tokens.append(token)
        starts.append(start)
        tokenizer.appendText(of: token, special: true, to: &written)
        for byte in written[start...] { layout.append(byte) }
    }

    /// Takes notice of what became of the drafts of a round.
    ///
    /// A model that writes the bytes in other tokens refuses all of them, and rows cost time.
    mutating func record(drafted: Int, accepted: Int) {
        if accepted == drafted {
            (longest, pause) = (min(2 * longest, Self.longestDraft), 0)
        } else {
            longest = max(2, 2 * accepted)
            pause = accepted > 0 ? 0 : max(1, min(2 * pause, Self.longestPause))
        }
        pauseLeft = pause
    }

    private static let longestPause = 16

    /// The tokens that probably come next, to be drafted; none where there is a choice.
    package mutating func tokens(after text: ConstrainedText, limit: Int) throws(ConstraintError) -> [TokenID] {
        guard pauseLeft == 0 else {
            pauseLeft -= 1
            return []
        }
        var (text, layout) = (text, layout)
        var tokens: [TokenID] = []
        let limit = min(limit, longest)
        while tokens.count < limit {
            let bytes = Self.bytes(after: &text, &layout)
            // A space at the end may be the beginning of a token that comes after the choice.
            let stretch = bytes.prefix(through: bytes.lastIndex { $0 != UInt8(ascii: " ") } ?? -1)
            if !stretch.isEmpty { tokens += encode(stretch) }
            guard stretch.count == bytes.count, let token = try Self.onlyToken(after: text) else { break }
            guard try text.append(token) else { break }
            tokens.append(token)
        }
        return Array(tokens.prefix(limit))
    }

    /// The tokens that wrote the longest beginning of `stretch` before, of equally long ones the last, and the
    /// tokenizer's for the rest.
    private func encode(_ stretch: ArraySlice<UInt8>) -> [TokenID] {
        var (place, length) = (0, 0)
        for number in starts.indices.reversed() where length < stretch.count {
            let common = zip(written[starts[number]...], stretch).prefix { $0 == $1 }.count
            if common > length { (place, length) = (number, common) }
        }
        var (known, end) = ([TokenID](), 0)
        while place < starts.count {
            let next = (place + 1 < starts.count ? starts[place + 1] : written.count) - starts[place]
            guard next > 0, end + next <= length else { break }
            known.append(tokens[place])
            (place, end) = (place + 1, end + next)
        }
        return known + tokenizer.encode(stretch.dropFirst(end), parseSpecial: false)
    }

    /// Moves `text` across the bytes that probably come next.
    private static func bytes(after text: inout ConstrainedText, _ layout: inout JSONLayout) -> [UInt8] {
        var bytes: [UInt8] = []
        func append(_ byte: UInt8) -> Bool {
            guard text.append(byte: byte) else { return false }
            bytes.append(byte)
            layout.append(byte)
            return true
        }
        while bytes.count < longestStretch, !text.mayEnd {
            guard let next = text.nextBytes else { break }
            if let byte = next.only {
                guard append(byte) else { break }
            } else if let byte = next.subtracting(.whiteSpace).only, let space = layout.space(before: byte) {
                guard space.allSatisfy(append), append(byte) else { break }
            } else {
                break
            }
        }
        return bytes
    }

    /// The token that must come next where tokens as a whole may come.
    private static func onlyToken(after text: ConstrainedText) throws(ConstraintError) -> TokenID? {
        guard !text.mayEnd, text.nextBytes == nil else { return nil }
        guard let few = try text.mask().few, few.count == 1 else { return nil }
        return few[0]
    }
}
