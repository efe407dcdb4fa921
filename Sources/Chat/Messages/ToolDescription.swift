import JSON

/// A tool that the model may call, in OpenAI's form.
public struct ToolDescription: Hashable, Sendable {
    /// The name by which the model calls it.
    public var name: String
    /// What it does, in words that the model reads.
    public var description: String
    /// The JSON schema of its arguments, which are an object. Nil if it takes none.
    public var parameters: JSONValue?
    /// Further members of the description, such as `response`, which some templates print.
    public var others: JSONObject

    /// See the properties of the same names.
    public init(name: String, description: String = "", parameters: JSONValue? = nil, others: JSONObject = [:]) {
        (self.name, self.description, self.parameters, self.others) = (name, description, parameters, others)
    }
}
