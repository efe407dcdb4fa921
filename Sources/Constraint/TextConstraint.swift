public import JSON

/// What a text must be. Every text that is generated under a constraint obeys it.
public enum TextConstraint: Sendable, Hashable {
    /// JSON that a schema describes; Documentation/Constraints.md lists the keywords.
    case jsonSchema(JSONValue)
    /// What a grammar in llama.cpp's notation (GBNF) describes.
    case grammar(String)
    /// What a regular expression (ECMA's) matches as a whole.
    case regularExpression(String)
    /// One of these texts.
    case choices([String])
}
