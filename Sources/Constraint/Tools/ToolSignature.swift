import JSON

/// A tool as far as its calls go.
package struct ToolSignature: Sendable, Hashable {
    package var name: String
    /// The JSON schema of its arguments, which are an object. Nil if it takes none.
    package var parameters: JSONValue?

    package init(name: String, parameters: JSONValue?) { (self.name, self.parameters) = (name, parameters) }
}
