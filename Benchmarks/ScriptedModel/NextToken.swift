internal import Tokenizer

/// The token that is written where certain tokens end the text, and no longer rule says otherwise.
struct NextToken: Hashable, Sendable {
    /// At most ``Script/contextLength``.
    let context: [TokenID]
    let next: TokenID
}

extension Script {
    /// A rule for each token that is written.
    func nextTokens(_ tokenizer: BPETokenizer) throws -> [NextToken] {
        let limit = Self.contextLength
        var known: [[TokenID]: TokenID] = [:]
        var result: [NextToken] = []
        for rule in rules {
            var text = try tokenizer.encode([.markup(rule.after)])
            guard text.count <= limit else {
                throw ScriptError.contextTooLong(after: rule.after, tokens: text.count, limit: limit)
            }
            for token in try tokenizer.encode([.markup(rule.write)]) {
                let context = Array(text.suffix(limit))
                text.append(token)
                if let other = known.updateValue(token, forKey: context) {
                    guard other == token else {
                        throw ScriptError.ambiguous(context: tokenizer.decode(context, special: true))
                    }
                } else {
                    result.append(NextToken(context: context, next: token))
                }
            }
        }
        return result
    }
}
