/// Why a text or a saved run cannot be used to judge a model.
package enum EvaluationError: Error, Equatable, Sendable {
    case invalidChunkLength(Int)
    /// llama-perplexity requires at least two chunks.
    case textTooShort(tokens: Int, chunkLength: Int)
    case skipsTooMuch(chunks: Int, skipped: Int)
    case cannotOpen(path: String, reason: String)
    case notABaseFile(path: String)
    /// A number in the header that no run can have written.
    case invalidHeader(path: String, field: String, value: Int)
    case otherVocabulary(path: String, found: Int, model: Int)
    /// The file's size differs from what its header promises.
    case wrongSize(path: String, chunks: Int, chunkLength: Int, bytes: Int)
    /// A saved run has longer chunks than were asked for.
    case longerChunks(path: String, length: Int, contextLength: Int)
    case tokenOutOfRange(path: String, token: Int32, vocabulary: Int)
    case damagedRow(path: String, chunk: Int, position: Int)
    case cannotWrite(path: String, reason: String)
    /// The file to save a run in exists and is something else.
    case wouldReplace(path: String)
}

extension EvaluationError: CustomStringConvertible {
    package var description: String {
        switch self {
        case .invalidChunkLength(let length): "chunks of \(length) tokens; expected 3 to 2^31 - 1"
        case .textTooShort(let tokens, let length):
            "the text has \(tokens) tokens; two chunks of \(length) need \(2 * length)"
        case .skipsTooMuch(let chunks, let skipped):
            "the text has \(chunks) chunks; \(skipped) of them are to be skipped, and at least 2 must be left"
        case .cannotOpen(let path, let reason): "cannot open \(path): \(reason)"
        case .notABaseFile(let path):
            "\(path) is not a file of saved logits (it does not begin with \"_logits_\")"
        case .invalidHeader(let path, let field, let value): "\(path): \(field) is \(value); the file is damaged"
        case .otherVocabulary(let path, let found, let model):
            "\(path) was saved with a vocabulary of \(found) tokens; the model has \(model)"
        case .wrongSize(let path, let chunks, let length, let bytes):
            "\(path) has \(bytes) bytes, which does not match its \(chunks) chunks of \(length) tokens; the file is "
                + "truncated or damaged"
        case .longerChunks(let path, let length, let contextLength):
            "\(path) was saved with chunks of \(length) tokens, which do not fit a context of \(contextLength)"
        case .tokenOutOfRange(let path, let token, let vocabulary):
            "\(path): token \(token) is outside the vocabulary of \(vocabulary); the file is damaged"
        case .damagedRow(let path, let chunk, let position):
            "\(path): position \(position) of chunk \(chunk) does not hold log probabilities; the file is damaged"
        case .cannotWrite(let path, let reason): "cannot write \(path): \(reason)"
        case .wouldReplace(let path):
            "\(path) exists and is not a file of saved logits; choose another name, or remove it"
        }
    }
}
