/// A call of a tool, as the model wrote it.
public struct ToolCall: Hashable, Sendable {
    /// What the tool's result names it by.
    public var id: String
    public var name: String
    /// A JSON object as text: members in the order in which they were written, numbers digit for digit.
    public var arguments: String

    public init(id: String = .randomCallID(), name: String, arguments: String) {
        (self.id, self.name, self.arguments) = (id, name, arguments)
    }
}

extension String {
    /// `call_` and 24 letters and digits.
    public static func randomCallID() -> String {
        var generator = SystemRandomNumberGenerator()
        return randomCallID(using: &generator)
    }

    public static func randomCallID(using generator: inout some RandomNumberGenerator) -> String {
        let characters = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789".utf8)
        let letters = (0..<24).map { _ in characters[Int.random(in: 0..<characters.count, using: &generator)] }
        return "call_" + String(decoding: letters, as: UTF8.self)
    }
}
