package import Constraint
package import Tokenizer

/// What must hold of the mask of a text, wherever the text stands.
package struct MaskCheck: Sendable {
    private let tokens: Range<TokenID>
    private let endTokens: Set<TokenID>

    package init(_ vocabulary: Vocabulary, endTokens: Set<TokenID>) {
        tokens = 0..<TokenID(vocabulary.count)
        self.endTokens = endTokens
    }

    /// What is wrong with the mask of `text`; nil if nothing is.
    /// - Parameters:
    ///   - sample: the tokens that are appended to copies of `text`, to see that the mask tells the truth.
    ///   - isThorough: whether all tokens are looked up in the mask, and logits masked by it.
    package func failure(
        _ text: ConstrainedText, _ mask: TokenMask, sample: some Sequence<TokenID>, isThorough: Bool
    ) throws(ConstraintError) -> String? {
        for token in sample {
            var copy = text
            guard try copy.append(token) == mask.contains(token) else {
                return "the mask \(mask.contains(token) ? "admits" : "excludes") token \(token), and the text does not"
            }
        }
        if let token = endTokens.first(where: { mask.contains($0) != text.mayEnd }) {
            return "the text may \(text.mayEnd ? "" : "not ")end, and the mask says otherwise of token \(token)"
        }
        if let few = mask.few {
            guard !few.isEmpty else { return "an empty mask" }
            guard zip(few, few.dropFirst()).allSatisfy({ $0 < $1 }), few.allSatisfy(mask.contains) else {
                return "the few tokens of the mask are not sorted, or not in it"
            }
        }
        if mask.contains(-1) || mask.contains(tokens.upperBound) { return "the mask has a token that is none" }
        return isThorough ? failure(mask) : nil
    }

    /// Whether all that a mask says of its tokens is the same.
    private func failure(_ mask: TokenMask) -> String? {
        let admitted = tokens.filter { mask.contains($0) }
        if admitted.isEmpty { return "an empty mask" }
        if let few = mask.few, few != admitted { return "the few tokens of the mask are not all" }
        if mask.isEverything, admitted.count < tokens.count { return "a mask of everything that excludes something" }
        let logits = UnsafeMutableBufferPointer<Float>.allocate(capacity: tokens.count)
        defer { logits.deallocate() }
        logits.initialize(repeating: 1)
        mask.exclude(from: logits)
        for token in tokens where logits[Int(token)] != (mask.contains(token) ? 1 : -.infinity) {
            return "token \(token) got the logit \(logits[Int(token)])"
        }
        return nil
    }
}
