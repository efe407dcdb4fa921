/// Rules that say what a text may be: a context-free grammar over bytes and tokens.
package struct Grammar: Sendable, Hashable {
    package struct Rule: Sendable, Hashable {
        /// How messages name it.
        package var name: String
        package var expression: Expression

        package init(name: String, expression: Expression) { (self.name, self.expression) = (name, expression) }
    }

    package var rules: [Rule]
    /// The place of the rule that the whole text obeys.
    package var root: Int

    package init(rules: [Rule], root: Int) { (self.rules, self.root) = (rules, root) }

    /// A grammar of one rule.
    package init(_ expression: Expression) { self.init(rules: [Rule(name: "root", expression: expression)], root: 0) }
}
