/// A kind of sampler: a step between a model's logits and the distribution that a token is drawn from.
///
/// Raw values are llama.cpp's names. A kind in `SamplingOptions.samplers` does nothing while its options are off.
public enum SamplerKind: String, Sendable, Hashable, CaseIterable {
    /// Repetition, presence and frequency penalties.
    case penalties
    /// A penalty on what would repeat a sequence of the text ("Don't Repeat Yourself").
    case dry
    /// What is within some standard deviations of the largest logit.
    case topNSigma = "top_n_sigma"
    /// The k most probable tokens.
    case topK = "top_k"
    /// Tokens about as surprising as is to be expected.
    case typicalP = "typ_p"
    /// The most probable tokens that together reach p.
    case topP = "top_p"
    /// Tokens at least p times as probable as the most probable one.
    case minP = "min_p"
    /// Sometimes all of the probable tokens but the last ("Exclude Top Choices").
    case xtc
    /// Makes a distribution flatter or steeper.
    case temperature

    /// llama.cpp's order, in which all cases are listed.
    public static let defaultOrder = allCases

    /// The kind of this name: a raw value, with `-` for `_` if so desired, or `nucleus`, `typical`, `typ`, `temp`.
    public init?(name: String) {
        switch name.replacing("-", with: "_") {
        case "nucleus": self = .topP
        case "typical", "typical_p", "typ": self = .typicalP
        case "temp": self = .temperature
        case let name: self.init(rawValue: name)
        }
    }

    /// The kind of this letter, as in `edskypmxt`.
    public init?(letter: Character) {
        guard let kind = Self.allCases.first(where: { $0.letter == letter }) else { return nil }
        self = kind
    }

    /// The letter by which llama.cpp abbreviates the kind.
    public var letter: Character {
        switch self {
        case .penalties: "e"
        case .dry: "d"
        case .topNSigma: "s"
        case .topK: "k"
        case .typicalP: "y"
        case .topP: "p"
        case .minP: "m"
        case .xtc: "x"
        case .temperature: "t"
        }
    }
}
