internal import Assistant
internal import Gemma4

/// Why a file cannot be quantized.
package enum QuantizationError: Error, Equatable, Sendable, CustomStringConvertible {
    case architecture(String)
    case cannotDecode(tensor: String, type: String)
    case requantization(tensor: String, from: String, to: String)
    case pattern(String)
    case notFinite(tensor: String)
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
        case .pattern(let pattern): "\"\(pattern)\" is not a regular expression"
        case .notFinite(let tensor): "tensor \(tensor) holds infinity or NaN; the file is damaged"
        case .overwritesInput(let path): "\(path) is the file being read; choose another name for the output"
        case .notAFile(let path): "\(path) exists and is not a regular file; choose another name for the output"
        case .noRoom(let path, let needed, let free):
            "\(path) needs \(needed / 1_000_000) MB, but only \(free / 1_000_000) MB are free there"
        }
    }
}
