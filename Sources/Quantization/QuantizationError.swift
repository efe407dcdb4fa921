internal import Assistant
internal import Gemma4

/// Why a file cannot be quantized.
package enum QuantizationError: Error, Equatable, Sendable, CustomStringConvertible {
    case architecture(String)
    case cannotDecode(tensor: String, type: String)
    case requantization(tensor: String, from: String, to: String)
    /// A row is no whole number of blocks, and no other type takes the place of this one.
    case rowDoesNotFit(tensor: String, rowLength: Int, type: String, blockSize: Int)
    case pattern(String)
    /// A type that is only good with an importance matrix. `isGiven`: there is one, without an entry for the tensor.
    case needsImportance(tensor: String, type: String, isGiven: Bool)
    /// The importance matrix is of another model.
    case importanceSize(tensor: String, expected: Int, found: Int)
    /// No tensor of the file has an entry in the importance matrix.
    case importanceOfOtherModel
    case notFinite(tensor: String)
    /// The values are finite, but would not be in the new type. `isWeighted`: an importance matrix may be the cause.
    case overflow(tensor: String, type: String, isWeighted: Bool)
    case overwritesInput(path: String)
    case notAFile(path: String)
    case noRoom(path: String, needed: Int, free: Int)

    package var description: String {
        switch self {
        case .architecture(let name):
            "the architecture is \(name); expected \(Target.architecture) or \(Drafter.architecture)"
        case .cannotDecode(let tensor, let type):
            "tensor \(tensor) is stored as \(type), which this build cannot read"
        case .requantization(let tensor, let from, let to):
            "tensor \(tensor) is already quantized (\(from)); quantizing it again, to \(to), loses more than "
                + "quantizing the original"
        case .rowDoesNotFit(let tensor, let length, let type, let blockSize):
            "tensor \(tensor) cannot be stored as \(type): its rows of \(length) are not a multiple of \(blockSize)"
        case .pattern(let pattern): "\"\(pattern)\" is not a regular expression"
        case .needsImportance(let tensor, let type, let isGiven):
            "tensor \(tensor) would be \(type), which is too poor without an importance matrix"
                + (isGiven ? ", and the one given has no entry for it" : "")
        case .importanceSize(let tensor, let expected, let found):
            "the importance matrix has \(found) numbers for tensor \(tensor), which needs \(expected); it is of "
                + "another model"
        case .importanceOfOtherModel:
            "the importance matrix has no entry for any tensor of the file; it is of another model"
        case .notFinite(let tensor): "tensor \(tensor) holds infinity or NaN; the file is damaged"
        case .overflow(let tensor, let type, let isWeighted):
            "tensor \(tensor) would hold infinity or NaN as \(type): its values are too large for that type"
                + (isWeighted ? ", or the importance matrix makes them so" : "")
        case .overwritesInput(let path): "\(path) is the file being read; choose another name for the output"
        case .notAFile(let path): "\(path) exists and is not a regular file; choose another name for the output"
        case .noRoom(let path, let needed, let free):
            "\(path) needs \(needed / 1_000_000) MB, but only \(free / 1_000_000) MB are free there"
        }
    }
}
