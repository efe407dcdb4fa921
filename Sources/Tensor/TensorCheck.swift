package import GGUF
internal import Platform
package import TensorBase

extension GGUFFile {
    /// Checks that no tensor holds NaN or infinity: as elements, or as scales of a quantized format.
    ///
    /// Reads every cache line of the file that holds a scale. Skips tensors of types that no kernel reads.
    /// - Throws: `TensorError.notFinite`, for the first that is found.
    package func checkTensors() throws(TensorError) {
        for tensor in tensors {
            guard let floats = ElementFormats.traits(of: tensor.type)?.floats, tensor.rowLength > 0 else { continue }
            let check = TensorCheck(tensor: tensor, region: data(of: tensor), floats: floats)
            switch floats.encoding {
            case .single: try check.run(Single.self)
            case .half: try check.run(Half.self)
            case .brain: try check.run(Brain.self)
            case .exponent: try check.run(Exponent.self)
            case .spreadHalf: try check.run(SpreadHalf.self)
            }
        }
    }
}

extension StoredFloats {
    /// Whether all floats that are stored in a row are finite, so that the values of the row are.
    package func areFinite(inRow row: UnsafeRawPointer, blocks: Int, type: TensorType) -> Bool {
        switch encoding {
        case .single: areFinite(Single.self, row, blocks, type)
        case .half: areFinite(Half.self, row, blocks, type)
        case .brain: areFinite(Brain.self, row, blocks, type)
        case .exponent: areFinite(Exponent.self, row, blocks, type)
        case .spreadHalf: areFinite(SpreadHalf.self, row, blocks, type)
        }
    }

    private func areFinite<Stored: StoredFloat>(
        _: Stored.Type, _ row: UnsafeRawPointer, _ blocks: Int, _ type: TensorType
    ) -> Bool {
        !offsets.contains { holdsNonFinite(Stored.self, row + $0, count: blocks, stride: type.blockBytes) }
    }
}

/// Whether any of these floats is NaN or infinite: the one at `first` and that of every block after it. No branch per
/// float, so that memory is the bottleneck.
private func holdsNonFinite<Stored: StoredFloat>(
    _: Stored.Type, _ first: UnsafeRawPointer, count: Int, stride: Int
) -> Bool {
    var found = false
    if stride == MemoryLayout<Stored.Bits>.size {
        for block in 0..<count {
            found = Stored.isNotFinite(Stored.bits(first + block &* MemoryLayout<Stored.Bits>.size)) || found
        }
    } else {
        for block in 0..<count { found = Stored.isNotFinite(Stored.bits(first + block &* stride)) || found }
    }
    return found
}

/// The check of one tensor.
private struct TensorCheck {
    let tensor: TensorInfo
    let region: ByteRegion
    let floats: StoredFloats

    func run<Stored: StoredFloat>(_: Stored.Type) throws(TensorError) {
        guard let base = region.bytes.baseAddress else { return }
        let blocks = tensor.rowLength / tensor.type.blockSize
        let rowBytes = blocks * tensor.type.blockBytes
        for row in 0..<tensor.rowCount {
            for offset in floats.offsets {
                let first = UnsafeRawPointer(base) + (row * rowBytes + offset)
                guard holdsNonFinite(Stored.self, first, count: blocks, stride: tensor.type.blockBytes) else {
                    continue
                }
                throw error(Stored.self, row: row, first, count: blocks)
            }
        }
    }

    private func error<Stored: StoredFloat>(
        _: Stored.Type, row: Int, _ first: UnsafeRawPointer, count: Int
    ) -> TensorError {
        let stride = tensor.type.blockBytes
        let block = (0..<count).first { Stored.isNotFinite(Stored.bits(first + $0 * stride)) } ?? 0
        return .notFinite(
            tensor: tensor.name, type: tensor.type, row: row, block: block,
            isNaN: Stored.isNaN(Stored.bits(first + block * stride)))
    }
}

// MARK: - Encodings

/// One of `StoredFloats.Encoding`.
private protocol StoredFloat {
    associatedtype Bits: FixedWidthInteger
    /// The bits that are all set in infinity and NaN, and in no finite float.
    static var exponent: Bits { get }
    static func bits(_ place: UnsafeRawPointer) -> Bits
    static func isNotFinite(_ bits: Bits) -> Bool
    /// - Parameter bits: of a float that is not finite.
    static func isNaN(_ bits: Bits) -> Bool
}

extension StoredFloat {
    @inline(__always)
    static func bits(_ place: UnsafeRawPointer) -> Bits { Bits(littleEndian: place.loadUnaligned(as: Bits.self)) }

    @inline(__always)
    static func isNotFinite(_ bits: Bits) -> Bool { bits & exponent == exponent }

    /// Whether a bit below the exponent is set.
    static func isNaN(_ bits: Bits) -> Bool { bits & (exponent & (~exponent + 1) - 1) != 0 }
}

private enum Single: StoredFloat {
    static var exponent: UInt32 { 0x7f80_0000 }
}

private enum Half: StoredFloat {
    static var exponent: UInt16 { 0x7c00 }
}

private enum Brain: StoredFloat {
    static var exponent: UInt16 { 0x7f80 }
}

private enum Exponent: StoredFloat {
    static var exponent: UInt8 { .max }
    static func isNotFinite(_ bits: UInt8) -> Bool { bits >= 253 }
    static func isNaN(_ bits: UInt8) -> Bool { bits == exponent }
}

private enum SpreadHalf: StoredFloat {
    static var exponent: UInt16 { 0x7c00 }

    @inline(__always)
    static func bits(_ place: UnsafeRawPointer) -> UInt16 {
        let words = UInt64(littleEndian: place.loadUnaligned(as: UInt64.self))
        var half: UInt16 = 0
        for word: UInt64 in 0..<4 {
            let part = UInt16(truncatingIfNeeded: words >> (16 * word + 12)) & 15
            half |= part << (4 * word)
        }
        return half
    }
}
