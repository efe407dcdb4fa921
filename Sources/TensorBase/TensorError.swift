public import GGUF

/// Why a tensor cannot be used as requested.
public enum TensorError: Error, Equatable, Sendable, CustomStringConvertible {
    case wrongShape(tensor: String, expected: [Int], found: [Int])
    case unsupportedType(tensor: String, type: TensorType, supported: [String])
    case outOfMemory(bytes: Int)
    /// NaN or infinity in a block of a tensor, or in an element if blocks hold one.
    case notFinite(tensor: String, type: TensorType, row: Int, block: Int, isNaN: Bool)
    case unsupportedHeadWidth(Int, cacheType: String, multiple: Int)

    public var description: String {
        switch self {
        case .wrongShape(let tensor, let expected, let found):
            "tensor \(tensor) has the shape \(found); expected \(expected)"
        case .unsupportedType(let tensor, let type, let supported):
            "tensor \(tensor) is stored as \(type.name) (type \(type.id)), which this build cannot compute with; "
                + "it reads \(supported.joined(separator: ", "))"
        case .outOfMemory(let bytes):
            "the system refuses \(bytes) bytes of memory"
        case .notFinite(let tensor, let type, let row, let block, let isNaN):
            "tensor \(tensor) (\(type.name)) holds \(isNaN ? "NaN" : "infinity") "
                + (type.blockSize == 1 ? "as element \(block)" : "as a scale of block \(block)")
                + " of row \(row); the file is damaged: download or convert it again"
        case .unsupportedHeadWidth(let width, let type, let multiple):
            "a cache of \(type) needs heads whose width is a multiple of \(multiple), and this model has heads of "
                + "\(width)"
        }
    }
}
