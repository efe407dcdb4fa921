package import GGUF
internal import Platform

/// Where a block stores floats, and how.
package struct StoredFloats: Sendable, Hashable {
    package enum Encoding: Sendable { case single, half, brain }

    package let encoding: Encoding
    /// Bytes from the block's beginning.
    package let offsets: [Int]

    init(_ encoding: Encoding, at offsets: Int...) {
        self.encoding = encoding
        self.offsets = offsets
    }
}

extension GGUFFile {
    /// Checks that no tensor holds NaN or infinity: floats themselves, of quantized formats the scales.
    ///
    /// Reads all of the file that a scale's cache line is in. Tensors of types that this build does not compute with are passed over.
    /// - Throws: `TensorError.notFinite`, for the first that is found.
    package func checkTensors() throws(TensorError) {
        for tensor in tensors {
            guard let format = ElementFormats.format(of: tensor.type), tensor.rowLength > 0 else { continue }
            let check = TensorCheck(tensor: tensor, region: data(of: tensor), floats: format.floats)
            switch format.floats.encoding {
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

    /// - Parameter exponent: the bits that are all set in infinity and NaN, and in no number.
    func run<Bits: FixedWidthInteger>(exponent: Bits) throws(TensorError) {
        guard let base = region.bytes.baseAddress else { return }
        let blocks = tensor.rowLength / tensor.type.blockSize
        let rowBytes = blocks * tensor.type.blockBytes
        for row in 0..<tensor.rowCount {
            for offset in floats.offsets {
                let first = UnsafeRawPointer(base) + (row * rowBytes + offset)
                guard holdsNonNumber(first, count: blocks, exponent) else { continue }
                throw error(row: row, first, count: blocks, exponent)
            }
        }
    }

    /// Whether any of the floats at `first` and every block after it is none: without a branch for each, so that memory is
    /// what this waits for.
    private func holdsNonNumber<Bits: FixedWidthInteger>(
        _ first: UnsafeRawPointer, count: Int, _ exponent: Bits
    ) -> Bool {
        let stride = tensor.type.blockBytes
        var found = false
        if stride == MemoryLayout<Bits>.size {
            for block in 0..<count {
                found = isNoNumber(first + block &* MemoryLayout<Bits>.size, exponent) || found
            }
        } else {
            for block in 0..<count { found = isNoNumber(first + block &* stride, exponent) || found }
        }
        return found
    }

    @inline(__always)
    private func isNoNumber<Bits: FixedWidthInteger>(_ place: UnsafeRawPointer, _ exponent: Bits) -> Bool {
        Bits(littleEndian: place.loadUnaligned(as: Bits.self)) & exponent == exponent
    }

    private func error<Bits: FixedWidthInteger>(
        row: Int, _ first: UnsafeRawPointer, count: Int, _ exponent: Bits
    ) -> TensorError {
        let stride = tensor.type.blockBytes
        let block = (0..<count).first { isNoNumber(first + $0 * stride, exponent) } ?? 0
        let bits = Bits(littleEndian: (first + block * stride).loadUnaligned(as: Bits.self))
        let isNaN = bits & (exponent & (~exponent + 1) - 1) != 0  // the bits below the exponent
        return .notFinite(tensor: tensor.name, type: tensor.type, row: row, block: block, isNaN: isNaN)
    }
}
