/// What is wrong with a GGUF file, or with what was asked of one.
///
/// Every case carries the key, tensor or offset and the numbers that a reader of the message needs.
public enum GGUFError: Error, Equatable, Sendable {
    /// The file does not exist, cannot be read, or is not a regular file.
    case cannotOpen(path: String, reason: String)
    /// The file cannot be written.
    case cannotWrite(path: String, reason: String)
    /// The file has no bytes.
    case emptyFile
    /// The file does not begin with `GGUF`, nor like any other file that is known.
    case notGGUF(magic: [UInt8])
    /// The file does not begin with `GGUF`; it is something else.
    case foreign(ForeignFile)
    /// The file was written for big-endian machines.
    case bigEndian
    /// A version other than 2 and 3.
    case unsupportedVersion(UInt32)
    /// The file promises `needed` bytes at `offset`, but only `available` are left.
    case truncated(what: String, offset: Int, needed: UInt64, available: Int)
    /// More elements than the rest of the file can hold.
    case countExceedsFile(what: String, count: UInt64, limit: Int)
    /// The header is longer than `limit` bytes.
    case headerTooLong(what: String, limit: Int)
    /// A key or a name is longer than the format allows.
    case stringTooLong(what: String, offset: Int, length: Int, limit: Int)
    /// A key, a name or a value is not UTF-8.
    case invalidUTF8(what: String, offset: Int)
    /// A metadata key has no characters.
    case emptyKey(offset: Int)
    /// A metadata key appears twice.
    case duplicateKey(String)
    /// A metadata value has a type that the format does not define.
    case unknownValueType(key: String, id: UInt32)
    /// A metadata value is an array of arrays.
    case nestedArray(key: String)
    /// A boolean is stored as something other than 0 and 1.
    case invalidBool(key: String, value: UInt8)
    /// `general.alignment` is not a valid alignment.
    case invalidAlignment(found: String)
    /// Two tensors have the same name.
    case duplicateTensor(String)
    /// A tensor name is empty or too long.
    case invalidTensorName(String)
    /// A tensor has too few or too many dimensions.
    case dimensionCount(tensor: String, count: UInt32)
    /// The size of a tensor overflows.
    case sizeOverflow(tensor: String, dimensions: [UInt64])
    /// A tensor has a type number that is not known.
    case unknownTensorType(tensor: String, id: UInt32)
    /// A type number that other programs use for other formats. As the type that we know it needs `expected` bytes; the
    /// file has `found`.
    case contestedTensorType(tensor: String, id: UInt32, name: String, expected: Int, found: Int)
    /// The row length of a tensor is not a multiple of the block size of its type.
    case rowNotWholeBlocks(tensor: String, rowLength: Int, type: String, blockSize: Int)
    /// The offset of a tensor is not a multiple of the alignment.
    case tensorMisaligned(tensor: String, offset: UInt64, alignment: Int)
    /// A gap or an overlap between a tensor and the one before it. Offsets are relative to the start of the data.
    case tensorMisplaced(tensor: String, offset: UInt64, expected: Int)
    /// The sizes of all tensors up to this one add up to more than an `Int` can hold.
    case totalSizeOverflow(tensor: String)
    /// A tensor ends after the end of the file.
    case tensorOutOfBounds(tensor: String, end: UInt64, fileSize: Int)
    /// A required metadata key is missing.
    case missingKey(String)
    /// A metadata value has the wrong type.
    case wrongType(key: String, expected: String, found: String)
    /// A metadata value is outside its range.
    case outOfRange(key: String, value: String, expected: String)
    /// A required tensor is missing.
    case missingTensor(String)
    /// The file is a part of a split model, but not the first.
    case notFirstPart(number: Int, count: Int, first: String)
    /// The name of the first part of a split model does not say so.
    case splitName(name: String, suffix: String)
    /// A part of a split model does not exist.
    case missingPart(name: String, number: Int, count: Int)
    /// A part of a split model is not the one that its name says.
    case wrongPart(name: String, key: String, found: String, expected: Int)
    /// Two parts of a split model have a tensor of the same name.
    case tensorInTwoParts(String, String, String)
    /// The parts of a split model have more or fewer tensors than the first part says.
    case splitTensorCount(expected: Int, found: Int)
    /// What is wrong with a part of a split model, other than the first.
    indirect case inPart(name: String, GGUFError)
}

extension GGUFError: CustomStringConvertible {
    public var description: String {
        switch self {
        case .cannotOpen(let path, let reason): "cannot open \(path): \(reason)"
        case .cannotWrite(let path, let reason): "cannot write \(path): \(reason)"
        case .emptyFile: "the file is empty; expected a GGUF model"
        case .notGGUF(let magic):
            "not a GGUF file: its first bytes are \(magic.map { String($0, radix: 16) }.joined(separator: " ")); "
                + "expected 47 47 55 46 (\"GGUF\")"
        case .foreign(let kind): "not a GGUF file but \(kind)"
        case .bigEndian: "a big-endian GGUF file; convert it to little-endian first"
        case .unsupportedVersion(let version): "GGUF version \(version); versions 2 and 3 are supported"
        case .truncated(let what, let offset, let needed, let available):
            "truncated: \(what) at byte \(offset) needs \(needed) bytes, \(available) are left; download the file again"
        case .countExceedsFile(let what, let count, let limit):
            "\(what) says \(count), but the rest of the file can hold at most \(limit); the file is "
                + "truncated or damaged"
        case .headerTooLong(let what, let limit):
            "\(what) is beyond the first \(limit) bytes, the longest header that is supported"
        case .stringTooLong(let what, let offset, let length, let limit):
            "\(what) at byte \(offset) has \(length) bytes; expected at most \(limit)"
        case .invalidUTF8(let what, let offset): "\(what) at byte \(offset) is not valid UTF-8"
        case .emptyKey(let offset): "an empty metadata key at byte \(offset)"
        case .duplicateKey(let key): "metadata key \(key) appears twice"
        case .unknownValueType(let key, let id): "metadata key \(key) has the unknown value type \(id)"
        case .nestedArray(let key): "metadata key \(key) is an array of arrays, which no GGUF version defines"
        case .invalidBool(let key, let value): "metadata key \(key): \(value) is not a boolean (0 or 1)"
        case .invalidAlignment(let found):
            "general.alignment is \(found); expected a uint32 that is a power of two up to 2^20"
        case .duplicateTensor(let name): "tensor \(name) appears twice"
        case .invalidTensorName(let name): "tensor name \"\(name)\": expected 1 to 63 bytes"
        case .dimensionCount(let tensor, let count): "tensor \(tensor) has \(count) dimensions; expected 1 to 4"
        case .sizeOverflow(let tensor, let dimensions): "tensor \(tensor): the size of \(dimensions) overflows"
        case .unknownTensorType(let tensor, let id):
            "tensor \(tensor) has type \(id)\(TypeReading.readings(ofUnknown: id)), which this build does not support; "
                + "use a file in another format (Q8_0, Q4_0, Q4_K_M, ...), or quantize the F16 file with gemma-quantize"
        case .contestedTensorType(let tensor, let id, let name, let expected, let found):
            "tensor \(tensor) has type \(id): as \(name) it takes \(expected) bytes, but it has \(found) in the file; "
                + (found < expected ? "the file is truncated, or " : "")
                + "this is \(TypeReading.otherReadings(of: id, name: name, expected: expected, found: found)), "
                + "which is not supported; use a file in another format"
        case .rowNotWholeBlocks(let tensor, let length, let type, let blockSize):
            "tensor \(tensor): the row length \(length) is not a multiple of \(blockSize), the block size of \(type)"
        case .tensorMisaligned(let tensor, let offset, let alignment):
            "tensor \(tensor): offset \(offset) is not a multiple of the alignment \(alignment)"
        case .tensorMisplaced(let tensor, let offset, let expected):
            "tensor \(tensor) has the offset \(offset); expected \(expected), the padded end of the tensor before it"
        case .totalSizeOverflow(let tensor): "the sizes of all tensors up to \(tensor) overflow"
        case .tensorOutOfBounds(let tensor, let end, let size):
            "tensor \(tensor) ends at byte \(end) of a file of \(size) bytes; the file is truncated, download it again"
        case .missingKey(let key): "metadata key \(key) is missing"
        case .wrongType(let key, let expected, let found): "metadata key \(key): expected \(expected), found \(found)"
        case .outOfRange(let key, let value, let expected): "metadata key \(key) is \(value); expected \(expected)"
        case .missingTensor(let name): "tensor \(name) is missing"
        case .notFirstPart(let number, let count, let first):
            "this is part \(number) of \(count) of a split model; use the first one, \(first)"
        case .splitName(let name, let suffix):
            "\(name) is the first part of a split model, so its name must end in \(suffix) for the others to be found; "
                + "give all parts the names they were published with"
        case .missingPart(let name, let number, let count):
            "part \(number) of \(count) of the split model is missing: \(name) must be in the same folder as the first"
        case .wrongPart(let name, let key, let found, let expected):
            "\(name): \(key) is \(found); expected \(expected); it belongs to another model, or was renamed"
        case .tensorInTwoParts(let tensor, let first, let second):
            "tensor \(tensor) is in two parts of the split model, \(first) and \(second)"
        case .splitTensorCount(let expected, let found):
            "the parts of the split model hold \(found) tensors; split.tensors.count says \(expected)"
        case .inPart(let name, let error): "\(name): \(error)"
        }
    }
}
