import JSON

/// What a template is rendered with.
public struct TemplateContext: Sendable {
    /// `messages`, `tools`, `add_generation_prompt`, … The bytes of their texts are marked as the context's.
    public var variables: JSONObject
    /// `bos_token` and the like. Their texts count as the template's, so that they become special tokens.
    public var specialTokens: [String: String]

    /// See the properties of the same names.
    public init(_ variables: JSONObject, specialTokens: [String: String] = [:]) {
        self.variables = variables
        self.specialTokens = specialTokens
    }
}
