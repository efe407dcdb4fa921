/// Whether the model calls tools. Names and meaning are OpenAI's.
public enum ToolChoice: Sendable, Hashable {
    /// The model decides.
    case auto
    /// The model calls at least one tool before it answers.
    case required
    /// The model is not told of any tool. A call that comes all the same stays text.
    case none
    /// The model calls this tool before it answers.
    case function(String)
}
