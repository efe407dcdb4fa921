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
    /// - Throws: `GGUFError` for a value of another type, `SamplingError` for one outside its range.
    package init(_ metadata: GGUFMetadata) throws {
        self.init()
        temperature = try metadata.numberIfPresent(Key.temperature).map { Float($0) } ?? temperature
        topK = try metadata.integerIfPresent(Key.topK) ?? topK
        topP = try metadata.numberIfPresent(Key.topP).map { Float($0) } ?? topP
        minP = try metadata.numberIfPresent(Key.minP).map { Float($0) } ?? minP
        try validate(
            temperature: "metadata key " + Key.temperature, topK: "metadata key " + Key.topK,
            topP: "metadata key " + Key.topP, minP: "metadata key " + Key.minP)
    }

    private enum Key {
        static let temperature = "general.sampling.temp"
        static let topK = "general.sampling.top_k"
        static let topP = "general.sampling.top_p"
        static let minP = "general.sampling.min_p"
    }

    /// - Throws: `SamplingError` for a value outside its range.
    public func validate() throws(SamplingError) {
        try validate(temperature: "temperature", topK: "top-k", topP: "top-p", minP: "min-p")
    }

    /// - Parameters: what an error calls each option.
    private func validate(
        temperature temperatureName: String, topK topKName: String, topP topPName: String, minP minPName: String
    ) throws(SamplingError) {
        guard temperature >= 0, temperature.isFinite else {
            throw .outOfRange(option: temperatureName, value: "\(temperature)", expected: "0 or more")
        }
        guard topK >= 0 else { throw .outOfRange(option: topKName, value: "\(topK)", expected: "0 or more") }
        guard (0...1).contains(topP) else {
            throw .outOfRange(option: topPName, value: "\(topP)", expected: "0 to 1")
        }
        guard (0...1).contains(minP) else {
            throw .outOfRange(option: minPName, value: "\(minP)", expected: "0 to 1")
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
