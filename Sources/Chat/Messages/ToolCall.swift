/// A call of a tool, as the model wrote it.
public struct ToolCall: Hashable, Sendable {
    /// What the tool's result names it by.
    public var id: String
    /// The tool that it names.
    public var name: String
    /// A JSON object as text: members in the order in which they were written, numbers digit for digit.
    public var arguments: String

    /// A call; without an id it gets one of its own.
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

    /// The same with randomness of one's own.
    public static func randomCallID(using generator: inout some RandomNumberGenerator) -> String {
        let characters = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789".utf8)
        var id = Array("call_".utf8)
        // Eight characters take 48 of the 64 random bits: a system's generator is slow, and the bias is 1 in 80,000.
        for _ in 0..<3 {
            var bits = generator.next()
            for _ in 0..<8 {
                let (rest, place) = bits.quotientAndRemainder(dividingBy: UInt64(characters.count))
                id.append(characters[Int(place)])
                bits = rest
            }
        }
        return String(decoding: id, as: UTF8.self)
    }
}
