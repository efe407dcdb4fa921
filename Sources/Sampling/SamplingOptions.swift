package import GGUF

/// How the next token is drawn from a model's distribution.
///
/// Filters apply in llama.cpp's order: top-k, top-p, min-p, and the temperature last.
public struct SamplingOptions: Sendable, Hashable {
    /// Divides the logits; 0 always takes the most probable token.
    public var temperature: Float
    /// Only the k most probable tokens; 0 for all.
    public var topK: Int
    /// Only the most probable tokens whose probabilities add up to this; 1 for all.
    public var topP: Float
    /// Only tokens at least this times as probable as the most probable one; 0 for all.
    public var minP: Float
    /// The same seed gives the same text; nil draws one.
    public var seed: UInt64?

    public init(temperature: Float = 1, topK: Int = 64, topP: Float = 0.95, minP: Float = 0, seed: UInt64? = nil) {
        self.temperature = temperature
        self.topK = topK
        self.topP = topP
        self.minP = minP
        self.seed = seed
    }

    /// The defaults that a file recommends (`general.sampling.*`), else 1.0, 64 and 0.95.
    package init(_ metadata: GGUFMetadata) throws {
        self.init()
        temperature = try metadata.numberIfPresent("general.sampling.temp").map { Float($0) } ?? temperature
        topK = try metadata.integerIfPresent("general.sampling.top_k") ?? topK
        topP = try metadata.numberIfPresent("general.sampling.top_p").map { Float($0) } ?? topP
        minP = try metadata.numberIfPresent("general.sampling.min_p").map { Float($0) } ?? minP
    }

    /// - Throws: `SamplingError` for a value outside its range.
    public func validate() throws(SamplingError) {
        guard temperature >= 0, temperature.isFinite else {
            throw .outOfRange(option: "temperature", value: "\(temperature)", expected: "0 or more")
        }
        guard topK >= 0 else { throw .outOfRange(option: "top-k", value: "\(topK)", expected: "0 or more") }
        guard (0...1).contains(topP) else {
            throw .outOfRange(option: "top-p", value: "\(topP)", expected: "0 to 1")
        }
        guard (0...1).contains(minP) else {
            throw .outOfRange(option: "min-p", value: "\(minP)", expected: "0 to 1")
        }
    }
}

/// A sampling option outside its range.
public enum SamplingError: Error, Equatable, Sendable, CustomStringConvertible {
    case outOfRange(option: String, value: String, expected: String)

    public var description: String {
        switch self {
        case .outOfRange(let option, let value, let expected): "\(option) is \(value); expected \(expected)"
        }
    }
}
