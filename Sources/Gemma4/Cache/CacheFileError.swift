/// Why a saved text cannot be used, or a text not be saved.
public enum CacheFileError: Error, Sendable, Hashable {
    /// The file cannot be opened, or is empty.
    case cannotOpen(reason: String)
    /// The system refused to write; a disk may be full.
    case cannotWrite(reason: String)
    /// A file of another kind.
    case notACache
    /// A file of another version of this program.
    case unsupportedVersion(UInt32, expected: UInt32)
    /// The file ends after `found` of at least `expected` bytes.
    case truncated(expected: UInt64, found: Int)
    /// The file contradicts itself, or its checksum.
    case damaged(_ what: String)
    /// The text is of another model, or of another quantization or version of it.
    case otherModel
    /// Keys and values are stored in other types than the session has.
    case otherTypes(keys: String, values: String, expectedKeys: String, expectedValues: String)
    /// Keys and values of other shapes than the model's.
    case otherShape(_ what: String)
    /// The text has more tokens than the session's context.
    case tooLong(tokens: Int, contextLength: Int)
    /// A token that the vocabulary does not have.
    case badToken(Int32, vocabulary: Int)
}

extension CacheFileError: CustomStringConvertible {
    public var description: String {
        switch self {
        case .cannotOpen(let reason), .cannotWrite(let reason): reason
        case .notACache: "this is not a saved text"
        case .unsupportedVersion(let version, let expected):
            "a saved text of version \(version); expected \(expected): save the text again"
        case .truncated(let expected, let found):
            "the saved text ends after \(found) of \(expected) bytes: delete it and save the text again"
        case .damaged(let what): "the saved text is damaged: \(what): delete it and save the text again"
        case .otherModel: "the text was saved with another model: use that model, or another file"
        case .otherTypes(let keys, let values, let expectedKeys, let expectedValues):
            "the text was saved with keys of type \(keys) and values of type \(values), and the session has "
                + "\(expectedKeys) and \(expectedValues)"
        case .otherShape(let what): "the saved text has \(what), and the model has not: save the text again"
        case .tooLong(let tokens, let contextLength):
            "the saved text has \(tokens) tokens, and the context \(contextLength)"
        case .badToken(let token, let vocabulary):
            "the saved text has token \(token), and the vocabulary ends at \(vocabulary - 1): save the text again"
        }
    }
}
