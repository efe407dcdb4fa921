/// Where the tensors of one file lie in its data: each at the padded end of the one before it, in the order of the list.
///
/// So there are no gaps and no overlaps, and a type whose size we read wrongly shows in the place of the next tensor.
struct TensorLayout {
    let alignment: Int
    /// Where the next tensor begins, in bytes behind the beginning of the data.
    private(set) var end = 0
    /// The last tensor that takes any bytes.
    private var last: TensorInfo?

    init(alignment: Int) { self.alignment = alignment }

    /// Puts a tensor behind those that are there.
    /// - Parameters:
    ///   - tensor: with `end` for its offset.
    ///   - offset: what the file says.
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

    /// Checks that the data of all tensors lie inside the file.
    ///
    /// The padding behind the last one may be missing, as nothing needs it and some writers leave it out. More bytes than
    /// that are accepted too: nothing reads them, and tools append signatures. Only a contested type is believed on no
    /// other evidence than the end of the file.
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
