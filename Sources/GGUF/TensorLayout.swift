/// The offsets of a file's tensors. Each must begin at the padded end of the one before it, in the order of the list.
///
/// This excludes gaps and overlaps. It also detects a type whose size we misinterpret, by the offset of the next
/// tensor.
struct TensorLayout {
    let alignment: Int
    /// Where the next tensor begins, in bytes from the start of the data.
    private(set) var end = 0
    /// The last tensor that is not empty.
    private var last: TensorInfo?

    init(alignment: Int) { self.alignment = alignment }

    /// Adds a tensor after those already added.
    /// - Parameters:
    ///   - tensor: must have `end` as its offset.
    ///   - offset: the one stated in the file.
    mutating func append(_ tensor: TensorInfo, foundAt offset: UInt64) throws(GGUFError) {
        guard offset == UInt64(end) else { throw misplaced(tensor, at: offset) }
        let (tensorEnd, overflow) = end.addingReportingOverflow(tensor.byteCount)
        guard !overflow, tensorEnd <= Int.max - alignment else { throw .totalSizeOverflow(tensor: tensor.name) }
        if tensor.byteCount > 0 { last = tensor }
        end = GGUFFormat.padded(tensorEnd, to: alignment)
    }

    private func misplaced(_ tensor: TensorInfo, at offset: UInt64) -> GGUFError {
        guard offset.isMultiple(of: UInt64(alignment)) else {
            return .tensorMisaligned(tensor: tensor.name, offset: offset, alignment: alignment)
        }
        if let last, last.type.isContested, let found = Int(exactly: offset), found > last.offset {
            return .contested(last, found: found - last.offset)
        }
        return .tensorMisplaced(tensor: tensor.name, offset: offset, expected: end)
    }

    /// Checks that the data of all tensors is inside the file.
    ///
    /// The padding after the last tensor may be missing, since nothing needs it and some writers omit it. Extra bytes
    /// are accepted as well: nothing reads them, and some tools append signatures. But if the last tensor has a
    /// contested type, the end of the file must confirm its size.
    static func check(
        _ tensors: [TensorInfo], alignment: Int, dataStart: Int, fileSize: Int
    ) throws(GGUFError) {
        let available = max(0, fileSize - dataStart)
        let lastIndex = tensors.lastIndex { $0.byteCount > 0 }
        if let lastIndex, tensors[lastIndex].type.isContested, tensors[lastIndex].offset < available {
            let last = tensors[lastIndex]
            let (found, padded) = (available - last.offset, GGUFFormat.padded(last.byteCount, to: alignment))
            guard (last.byteCount...padded).contains(found) else { throw .contested(last, found: found) }
        }
        guard let outside = tensors.first(where: { $0.offset + $0.byteCount > available && $0.byteCount > 0 }) else {
            return
        }
        throw .tensorOutOfBounds(
            tensor: outside.name, end: UInt64(dataStart) + UInt64(outside.offset + outside.byteCount),
            fileSize: fileSize)
    }
}

extension GGUFError {
    fileprivate static func contested(_ tensor: TensorInfo, found: Int) -> GGUFError {
        .contestedTensorType(
            tensor: tensor.name, id: tensor.type.id, name: tensor.type.name, expected: tensor.byteCount, found: found)
    }
}
