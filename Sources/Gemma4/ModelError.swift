/// Why a file is no model that this engine can run.
public enum ModelError: Error, Equatable, Sendable {
    case wrongArchitecture(expected: String, found: String)
    /// A key whose value contradicts another key or a sane range.
    case invalidKey(key: String, value: String, expected: String)
    /// A tensor whose content or size makes no sense: "tensor <name> <found>; expected <expected>".
    case invalidTensor(_ name: String, found: String, expected: String)
    /// A per-layer array of the wrong length.
    case wrongLength(key: String, expected: Int, found: Int)
    /// Layer `layer` shares KV, but no layer before it owns a cache of its kind.
    case noCacheToShare(layer: Int, kind: String)
    case tokenOutOfRange(token: Int32, vocabulary: Int)
    case batchTooLarge(count: Int, maximum: Int)
    case contextFull(needed: Int, contextLength: Int)
    case invalidContextLength(Int)
    /// The system has no `bytes` for the cache of a context of `contextLength`, but `available`.
    /// - Parameters:
    ///   - fitting: the longest context that fits now; 0 for none.
    ///   - fittingInBytes: the same with keys and values of type q8_0; nil where that is no smaller.
    case cacheTooLarge(contextLength: Int, bytes: Int, available: Int, fitting: Int, fittingInBytes: Int?)
    /// Every logit of the token at `position` is NaN.
    case notANumber(position: Int)
}

extension ModelError: CustomStringConvertible {
    public var description: String {
        switch self {
        case .wrongArchitecture("gemma4", let found) where found.utf8.elementsEqual("gemma4-assistant".utf8):
            "this is a drafter (gemma4-assistant), not a target; pass a gemma4 file as the model and this one as its "
                + "drafter (-md)"
        case .wrongArchitecture("gemma4-assistant", let found) where found.utf8.elementsEqual("gemma4".utf8):
            "this is a target (gemma4), not a drafter; pass a gemma4-assistant file as the drafter and this one as the "
                + "model (-m)"
        case .wrongArchitecture(let expected, let found):
            "the architecture is \(found); expected \(expected)"
        case .invalidKey(let key, let value, let expected): "metadata key \(key) is \(value); expected \(expected)"
        case .invalidTensor(let name, let found, let expected): "tensor \(name) \(found); expected \(expected)"
        case .wrongLength(let key, let expected, let found):
            "metadata key \(key) has \(found) entries; expected \(expected), one per layer"
        case .noCacheToShare(let layer, let kind):
            "layer \(layer) shares the KV cache of a \(kind) layer before it, but none owns one"
        case .tokenOutOfRange(let token, let vocabulary):
            "token \(token) is outside the vocabulary of \(vocabulary)"
        case .batchTooLarge(let count, let maximum): "a batch of \(count) tokens; the context was made for \(maximum)"
        case .contextFull(let needed, let contextLength):
            "a text of \(needed) tokens does not fit the context of \(contextLength); make the context longer (-c) or the "
                + "text shorter"
        case .notANumber(let position):
            "the model gave no number for the token at position \(position): the file is damaged"
        case .cacheTooLarge(let length, let bytes, let available, let fitting, let fittingInBytes):
            "a context of \(length) tokens needs \(bytes) bytes of memory for keys and values, and \(available) can be had; "
                + (fitting > 0 ? "\(fitting) tokens would fit (-c \(fitting))" : "no context fits")
                + (fittingInBytes.map { $0 > 0 ? ", with -ctk q8_0 -ctv q8_0 \(min($0, length))" : "" } ?? "")
        case .invalidContextLength(let length): "a context length of \(length); expected 1 to 2^31 - 1"
        }
    }
}
