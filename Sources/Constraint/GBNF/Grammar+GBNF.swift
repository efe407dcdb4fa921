package import Tokenizer

extension Grammar {
    /// A grammar in llama.cpp's notation, GBNF. The rule `root` describes the whole text.
    ///
    /// It differs from llama.cpp in refusing what llama.cpp lets pass: a rule that is defined twice (there the last one
    /// counts), an empty class, a range that ends before it begins, and a greatest number of repetitions above 2000
    /// (there it is no limit). Names may have `_`.
    ///
    /// - Parameters:
    ///   - tokens: the token whose text is the given one, with its angle brackets; nil if there is none.
    /// - Throws: `malformedGrammar` with the place, or `tooLarge` for more than 100 000 symbols (with repetitions
    ///   written out) or 256 groups and repetitions within one another.
    package init(gbnf: String, tokens: (String) -> TokenID?) throws(ConstraintError) {
        self = try GBNFParser.parse(gbnf, tokens: tokens)
    }

    /// The grammar of a few texts.
    ///
    /// - Throws: `noChoices` if there is none.
    package init(choices: [String]) throws(ConstraintError) {
        guard !choices.isEmpty else { throw .noChoices }
        self.init(.choice(choices.map { .literal($0) }))
    }
}
