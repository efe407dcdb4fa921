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
            case .single: try check.run(exponent: 0x7f80_0000 as UInt32)
            case .half: try check.run(exponent: 0x7c00 as UInt16)
            case .brain: try check.run(exponent: 0x7f80 as UInt16)
            }
        }
    }
}

/// The check of one tensor.
private struct TensorCheck {
    let tensor: TensorInfo
    let region: ByteRegion
    let floats: StoredFloats

    /// - Parameter exponent: the bits that are all set in infinity and NaN, and in no finite float.
    func run<Bits: FixedWidthInteger>(exponent: Bits) throws(TensorError) {
        guard let base = region.bytes.baseAddress else { return }
        let blocks = tensor.rowLength / tensor.type.blockSize
        let rowBytes = blocks * tensor.type.blockBytes
        for row in 0..<tensor.rowCount {
            for offset in floats.offsets {
                let first = UnsafeRawPointer(base) + (row * rowBytes + offset)
                guard holdsNonFinite(first, count: blocks, exponent) else { continue }
                throw error(row: row, first, count: blocks, exponent)
            }
        }
    }

    /// Whether any of these floats is NaN or infinite: the one at `first` and that of every block after it. No branch
    /// per float, so that memory is the bottleneck.
    private func holdsNonFinite<Bits: FixedWidthInteger>(
        _ first: UnsafeRawPointer, count: Int, _ exponent: Bits
    ) -> Bool {
        let stride = tensor.type.blockBytes
        var found = false
        if stride == MemoryLayout<Bits>.size {
            for block in 0..<count {
                found = isNotFinite(first + block &* MemoryLayout<Bits>.size, exponent) || found
            }
        } else {
            for block in 0..<count { found = isNotFinite(first + block &* stride, exponent) || found }
        }
        return found
    }

    @inline(__always)
    private func isNotFinite<Bits: FixedWidthInteger>(_ place: UnsafeRawPointer, _ exponent: Bits) -> Bool {
        Bits(littleEndian: place.loadUnaligned(as: Bits.self)) & exponent == exponent
    }

    private func error<Bits: FixedWidthInteger>(
        row: Int, _ first: UnsafeRawPointer, count: Int, _ exponent: Bits
    ) -> TensorError {
        let stride = tensor.type.blockBytes
        let block = (0..<count).first { isNotFinite(first + $0 * stride, exponent) } ?? 0
        let bits = Bits(littleEndian: (first + block * stride).loadUnaligned(as: Bits.self))
        let isNaN = bits & (exponent & (~exponent + 1) - 1) != 0  // the bits below the exponent
        return .notFinite(tensor: tensor.name, type: tensor.type, row: row, block: block, isNaN: isNaN)
    }
}
