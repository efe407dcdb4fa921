package import GGUF

/// What is wrong with the file of an importance matrix.
package enum ImportanceError: Error, Equatable, Sendable {
    case cannotOpen(path: String, reason: String)
    case cannotWrite(path: String, reason: String)
    /// The file to write exists and is something else.
    case wouldReplace(path: String)
    /// What is wrong with the file at `path`.
    indirect case inFile(path: String, ImportanceError)
    /// Neither GGUF, nor anything that can be of the old format.
    case notAMatrix
    case gguf(GGUFError)
    /// A GGUF file whose `general.type` is another; nil if it has none.
    case otherKind(String?)
    case noEntries
    /// Sums without counts, or the other way round.
    case incomplete(entry: String, missing: String)
    case wrongType(tensor: String, type: String)
    /// The shapes, row length first, do not belong together.
    case shapes(entry: String, sums: [Int], counts: [Int])
    /// A sum or a count is NaN, infinite or negative.
    case invalidValue(entry: String, value: Float)
    /// The mean square of what a column is multiplied by is too large for encoders.
    case tooLarge(entry: String, mean: Float, limit: Float)
    case duplicate(entry: String)
    /// The old format: a number that no writer of it writes.
    case invalidNumber(what: String, value: Int, expected: String)
    /// The old format: the file ends within `what`.
    case truncated(what: String, offset: Int)
    case invalidName(offset: Int)
    case extraBytes(offset: Int, count: Int)
    case tooManyValues(count: Int, limit: Int)
    /// Two matrices that are not of the same model.
    case differentSizes(entry: String, first: Int, second: Int)
    /// A matrix of whose tensors the model has none, or one in another size.
    case otherModel(entry: String)
    /// A tensor was multiplied by NaN or infinity.
    case notFinite(tensor: String)
}

extension ImportanceError: CustomStringConvertible {
    package var description: String {
        switch self {
        case .cannotOpen(let path, let reason): "cannot open \(path): \(reason)"
        case .cannotWrite(let path, let reason): "cannot write \(path): \(reason)"
        case .wouldReplace(let path):
            "\(path) exists and is not an importance matrix; choose another name, or remove it"
        case .inFile(let path, let error): "\(path): \(error)"
        case .notAMatrix: "not an importance matrix, neither GGUF nor of the old format"
        case .gguf(let error): "\(error)"
        case .otherKind(let kind):
            "a GGUF file, but not an importance matrix: general.type is \(kind.map { "\"\($0)\"" } ?? "missing"); "
                + "expected \"imatrix\""
        case .noEntries: "the importance matrix has no entries"
        case .incomplete(let entry, let missing): "\(entry) has no \(missing); the file is damaged"
        case .wrongType(let tensor, let type): "\(tensor) has type \(type); expected F32"
        case .shapes(let entry, let sums, let counts):
            "\(entry) has sums of shape \(sums) and counts of shape \(counts); expected [columns, experts or 1] and "
                + "[1, experts or 1]"
        case .invalidValue(let entry, let value):
            "\(entry) holds \(value); expected finite numbers that are not negative; the file is damaged"
        case .tooLarge(let entry, let mean, let limit):
            "a column of \(entry) has a mean square of \(mean); expected at most \(limit)"
        case .duplicate(let entry): "\(entry) appears twice"
        case .invalidNumber(let what, let value, let expected):
            "\(what) is \(value); expected \(expected); the file is damaged, or not an importance matrix"
        case .truncated(let what, let offset): "truncated: the file ends in \(what), at byte \(offset)"
        case .invalidName(let offset): "the name at byte \(offset) is not valid UTF-8"
        case .extraBytes(let offset, let count):
            "\(count) bytes follow the end of the matrix at byte \(offset); the file is damaged"
        case .tooManyValues(let count, let limit): "the matrix has \(count) sums; at most \(limit) are supported"
        case .differentSizes(let entry, let first, let second):
            "\(entry) has \(first) sums in one matrix and \(second) in the other; they are not of the same model"
        case .otherModel(let entry):
            "the matrix is of another model: this one has no \(entry), or one of another size"
        case .notFinite(let tensor):
            "tensor \(tensor) is multiplied by infinity or NaN: a tensor before it is damaged"
        }
    }
}
