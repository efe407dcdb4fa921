/// Why a file is not a model that this engine can run, or why the model cannot do what is asked of it.
public enum ModelError: Error, Equatable, Sendable {
    /// The file is of another kind of model.
    case wrongArchitecture(expected: String, found: String)
    /// A GGUF file of another type, which `general.type` gives: an importance matrix for instance.
    case notAModel(type: String)
    /// A key whose value contradicts another key or a sane range.
    case invalidKey(key: String, value: String, expected: String)
    /// A tensor whose content or size makes no sense: "tensor <name> <found>; expected <expected>".
    case invalidTensor(_ name: String, found: String, expected: String)
    /// A tensor of the text model that may change the result, and that nothing applies.
    case unappliedTensor(_ name: String, reason: String)
    /// A key that changes the result, unless its value is one of `neutral`, and that nothing applies.
    case unappliedKey(key: String, value: String, neutral: [String])
    /// Two tensors that are the same one under names of different converters.
    case sameTensor(String, String)
    /// A per-layer array of the wrong length.
    case wrongLength(key: String, expected: Int, found: Int)
    /// Layer `layer` shares KV, but no layer before it owns a cache of its kind.
    case noCacheToShare(layer: Int, kind: String)
    /// A token that the vocabulary does not have.
    case tokenOutOfRange(token: Int32, vocabulary: Int)
    /// More tokens in one pass than were prepared for.
    case batchTooLarge(count: Int, maximum: Int)
    /// The text would have `needed` tokens, and the context holds fewer.
    case contextFull(needed: Int, contextLength: Int)
    /// A context of no token, or of more than a cache can have.
    case invalidContextLength(Int)
    /// The cache of a context of `contextLength` tokens needs `bytes`, and the system has `available`.
    /// - Parameters:
    ///   - fitting: the longest context that fits now; 0 for none.
    ///   - fittingWithQ8Cache: the same with keys and values of type q8_0; nil if that is not smaller.
    case cacheTooLarge(contextLength: Int, bytes: Int, available: Int, fitting: Int, fittingWithQ8Cache: Int?)
    /// Every logit of the token at `position` is NaN.
    case notANumber(position: Int)
    /// No token at `position` may be drawn: the file or the options exclude all of them.
    case everyTokenExcluded(position: Int)
}

extension ModelError: CustomStringConvertible {
    public var description: String {
        switch self {
        case .wrongArchitecture(let expected, let found):
            "the architecture is \(found); expected \(expected)"
                + (found.utf8.elementsEqual("clip".utf8)
                    ? ": this is a model's part for images and sound (mmproj), which is not used; use the model itself"
                    : "")
        case .notAModel(let type):
            "not a model but a GGUF file of type \(type.debugDescription); use the file of a model"
        case .invalidKey(let key, let value, let expected): "metadata key \(key) is \(value); expected \(expected)"
        case .invalidTensor(let name, let found, let expected): "tensor \(name) \(found); expected \(expected)"
        case .unappliedTensor(let name, let reason):
            "tensor \(name) may change what the model writes and is not applied: \(reason); use a file from another "
                + "converter"
        case .unappliedKey(let key, let value, let neutral):
            "metadata key \(key) is \(value), which changes what the model writes and is not supported"
                + (neutral.isEmpty ? "" : "; it must be \(neutral.joined(separator: ", ")) or absent")
        case .sameTensor(let first, let second):
            "tensors \(first) and \(second) are one tensor under two names; convert the file again"
        case .wrongLength(let key, let expected, let found):
            "metadata key \(key) has \(found) entries; expected \(expected), one per layer"
        case .noCacheToShare(let layer, let kind):
            "layer \(layer) shares the KV cache of a \(kind) layer before it, but none owns one"
        case .tokenOutOfRange(let token, let vocabulary):
            "token \(token) is outside the vocabulary of \(vocabulary)"
        case .batchTooLarge(let count, let maximum): "a batch of \(count) tokens; the context was made for \(maximum)"
        case .contextFull(let needed, let contextLength):
            "a text of \(needed) tokens does not fit the context of \(contextLength)"
        case .notANumber(let position):
            "every logit of the token at position \(position) is NaN: the file is damaged"
        case .everyTokenExcluded(let position):
            "no token may follow at position \(position): logit biases and suppress_tokens exclude all of them"
        case .cacheTooLarge(let length, let bytes, let available, let fitting, let fittingWithQ8Cache):
            "a context of \(length) tokens needs \(bytes) bytes of memory for keys and values, and \(available) are "
                + "available; " + (fitting > 0 ? "\(fitting) tokens would fit" : "no context fits")
                + (fittingWithQ8Cache.map { $0 > 0 ? ", with keys and values of type q8_0 \(min($0, length))" : "" }
                    ?? "")
        case .invalidContextLength(let length): "a context length of \(length); expected 1 to 2^31 - 1"
        }
    }
}
