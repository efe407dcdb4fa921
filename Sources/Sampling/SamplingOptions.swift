/// How the next token is drawn from a model's distribution.
///
/// Names, meanings and order are llama.cpp's. The defaults are Gemma's: temperature 1, top-k 64, top-p 0.95, and the
/// other samplers off.
public struct SamplingOptions: Sendable, Hashable {
    /// Divides the logits; 0 always takes the most probable token. 0 or more, 1 by default.
    public var temperature: Float
    /// A temperature that follows the entropy; off by default.
    public var dynamicTemperature: DynamicTemperature
    /// Only the k most probable tokens; 0 for all. 64 by default.
    public var topK: Int
    /// Only the most probable tokens whose probabilities add up to this. 0 to 1, 0.95 by default, 1 for all.
    public var topP: Float
    /// Only tokens at least this times as probable as the most probable one. 0 to 1, 0 by default, which keeps all.
    public var minP: Float
    /// Only the tokens that are about as surprising as is to be expected, up to this probability. 0 to 1, 1 by default,
    /// which keeps all.
    public var typicalP: Float
    /// Only tokens whose logits are at most this many standard deviations below the largest; 0, the default, or less
    /// for all.
    public var topNSigma: Float
    /// Sometimes excludes the most probable tokens; off by default.
    public var xtc: XTC

    /// Divides the positive logits of tokens in the last `repeatLastN` tokens and multiplies the others. 0.01 to 100,
    /// 1 by default, which changes nothing.
    public var repeatPenalty: Float
    /// Subtracted from the logits of tokens that occur there. -100 to 100, 0 by default.
    public var presencePenalty: Float
    /// Subtracted from their logits for each time they occur. -100 to 100, 0 by default.
    public var frequencyPenalty: Float
    /// How many tokens at the end of the text, prompt included, the three penalties look at. 64 by default, 0 for
    /// none, -1 for all.
    public var repeatLastN: Int
    /// A penalty on what would repeat a sequence of the text; off by default.
    public var dry: DRY

    /// Keeps the surprise of the text near a target. All other samplers but the temperature and `logitBias` are then
    /// ignored. Off by default.
    public var mirostat: Mirostat
    /// Added to the logits of these tokens first of all; minus infinity for a token that is never to be drawn.
    public var logitBias: [Int32: Float]

    /// The samplers that are applied, in this order.
    public var samplers: [SamplerKind]
    /// Top-p, min-p, typical-p and XTC leave at least this many tokens. 0 or more, 0 by default.
    public var minKeep: Int
    /// The same seed gives the same text; nil draws one.
    public var seed: UInt64?

    public init(
        temperature: Float = 1, dynamicTemperature: DynamicTemperature = .init(), topK: Int = 64, topP: Float = 0.95,
        minP: Float = 0, typicalP: Float = 1, topNSigma: Float = 0, xtc: XTC = .init(), repeatPenalty: Float = 1,
        presencePenalty: Float = 0, frequencyPenalty: Float = 0, repeatLastN: Int = 64, dry: DRY = .init(),
        mirostat: Mirostat = .off, logitBias: [Int32: Float] = [:],
        samplers: [SamplerKind] = SamplerKind.defaultOrder, minKeep: Int = 0, seed: UInt64? = nil
    ) {
        self.temperature = temperature
        self.dynamicTemperature = dynamicTemperature
        self.topK = topK
        self.topP = topP
        self.minP = minP
        self.typicalP = typicalP
        self.topNSigma = topNSigma
        self.xtc = xtc
        self.repeatPenalty = repeatPenalty
        self.presencePenalty = presencePenalty
        self.frequencyPenalty = frequencyPenalty
        self.repeatLastN = repeatLastN
        self.dry = dry
        self.mirostat = mirostat
        self.logitBias = logitBias
        self.samplers = samplers
        self.minKeep = minKeep
        self.seed = seed
    }
}

extension SamplingOptions {
    /// A temperature between `temperature - range` and `temperature + range`, higher the more open the choice is.
    public struct DynamicTemperature: Sendable, Hashable {
        /// 0, the default, for a constant temperature.
        public var range: Float
        /// The power of the entropy that the temperature follows. 1 by default; more keeps it low for longer.
        public var exponent: Float

        public init(range: Float = 0, exponent: Float = 1) {
            self.range = range
            self.exponent = exponent
        }
    }

    /// Excludes, at some positions, all of the tokens that reach a threshold except the least probable one.
    public struct XTC: Sendable, Hashable {
        /// The probability that a position is treated so. 0 to 1, 0 by default: never.
        public var probability: Float
        /// 0 to 1, 0.1 by default. Above 0.5 it can have no effect.
        public var threshold: Float

        public init(probability: Float = 0, threshold: Float = 0.1) {
            self.probability = probability
            self.threshold = threshold
        }
    }

    /// A penalty of `multiplier * base^(length - allowedLength)` on a token that would continue a repetition of
    /// `length` tokens.
    public struct DRY: Sendable, Hashable {
        /// 0, the default, for no penalty.
        public var multiplier: Float
        /// 1 or more, 1.75 by default.
        public var base: Float
        /// Repetitions shorter than this cost nothing. 0 or more, 2 by default.
        public var allowedLength: Int
        /// How many tokens at the end of the text, prompt included, are searched for repetitions. 64 by default, 0 for
        /// none, -1 for all.
        public var lastN: Int
        /// Texts that no repetition extends across: at most 64, of 1 to 40 bytes.
        public var sequenceBreakers: [String]

        /// llama.cpp's: a new line, a colon, a quotation mark and an asterisk.
        public static let defaultSequenceBreakers = ["\n", ":", "\"", "*"]

        public init(
            multiplier: Float = 0, base: Float = 1.75, allowedLength: Int = 2, lastN: Int = 64,
            sequenceBreakers: [String] = DRY.defaultSequenceBreakers
        ) {
            self.multiplier = multiplier
            self.base = base
            self.allowedLength = allowedLength
            self.lastN = lastN
            self.sequenceBreakers = sequenceBreakers
        }

        package var isOff: Bool { multiplier == 0 || lastN == 0 }
    }

    /// Mirostat (https://arxiv.org/abs/2007.14966): a limit on the surprise of a token, in bits, that is lowered after
    /// surprising tokens and raised after others.
    public enum Mirostat: Sendable, Hashable {
        case off
        /// - Parameters:
        ///   - learningRate: the share of the error by which the limit moves. 0 to 1, 0.1 by default.
        ///   - entropy: the mean surprise to aim at, in bits. 0 to 100, 5 by default.
        case version2(learningRate: Float = 0.1, entropy: Float = 5)
    }
}
