import GGUF
import Tensor
import Testing

/// Conversions of half precision against those of the standard library, one by one.
@Suite("Half precision")
struct HalfPrecisionTests {
    @Test("Every half as a float, alone and among others", arguments: Form.all)
    func widening(_ form: Form) {
        let halves = (0...UInt16.max).map { $0.littleEndian }
        let format = Format(.f16)
        var floats = [Float](repeating: 0, count: halves.count)
        // Sixteen at once, and the last ones, which fill no vector, one by one.
        for count in [halves.count, 31] {
            for start in stride(from: 0, to: halves.count - count + 1, by: count) {
                halves.withUnsafeBytes { bytes in
                    floats.withUnsafeMutableBufferPointer { floats in
                        guard let row = bytes.baseAddress, let values = floats.baseAddress else { return }
                        form.kernels.decode(row + start * 2, format.type.id, count: count, into: values + start)
                    }
                }
            }
            let wrong = halves.indices.prefix(halves.count / count * count).filter {
                let expected = Float(Float16(bitPattern: UInt16($0)))
                return floats[$0].bitPattern != expected.bitPattern && !(floats[$0].isNaN && expected.isNaN)
            }
            #expect(wrong.isEmpty, "rows of \(count)")
            floats = floats.map { _ in 0 }
        }
    }

    @Test("Floats round to the nearest half, ties to even", arguments: Form.all)
    func narrowing(_ form: Form) {
        var floats: [Float] = [
            65504, 65519.99, 65520, 65536, 1e10, .infinity, .nan, 0, 0x1p-149, 0x1p-25, 0x1.000002p-25,
        ]
        for half in UInt16(0)..<0x7c00 {
            // The half itself, the tie above it, and the tie's neighbours.
            let value = Float(Float16(bitPattern: half))
            let tie = (value + Float(Float16(bitPattern: half).nextUp)) / 2
            floats += tie.isFinite ? [value, tie.nextDown, tie, tie.nextUp] : [value]
        }
        floats += floats.map { -$0 }
        floats += [Float](repeating: 1, count: 16 - floats.count % 16)
        for (name, stored) in [
            ("a block of keys", storedAsKeys(floats, count: 16, form.kernels)),
            ("single keys", storedAsKeys(floats, count: 1, form.kernels)),
            ("values", storedAsValues(floats, form.kernels)),
        ] {
            let wrong = zip(stored, floats).filter { bits, float in
                let (found, expected) = (Float16(bitPattern: bits), Float16(float))
                return found.bitPattern != expected.bitPattern && !(found.isNaN && expected.isNaN)
            }
            #expect(wrong.isEmpty && stored.count == floats.count, "\(name)")
        }
    }

    /// Sixteen positions of `count / 16` dimensions, as a block of keys: `[dimension, position]`.
    /// - Parameter count: positions that are stored at once.
    private func storedAsKeys(_ floats: [Float], count: Int, _ kernels: any KernelSet.Type) -> [UInt16] {
        let width = floats.count / 16
        let rows = StoredRowsSource(floats, width: width)
        var block = [UInt16](repeating: 0, count: kernels.keyBlockBytes(.f16, width: width) / 2)
        for row in stride(from: 0, to: 16, by: count) {
            rows.withRows(row..<row + count) { kernels.store($0, asKeys: .f16, in: &block) }
        }
        return (0..<floats.count).map { block[$0 % width * 16 + $0 / width] }
    }

    /// The same as a block of values: `[position, dimension]`, the dimensions rounded up to vectors.
    private func storedAsValues(_ floats: [Float], _ kernels: any KernelSet.Type) -> [UInt16] {
        let width = floats.count / 16
        let rows = StoredRowsSource(floats, width: width)
        var block = [UInt16](repeating: 0, count: kernels.valueBlockBytes(.f16, width: width) / 2)
        rows.withRows(0..<16) { kernels.store($0, asValues: .f16, in: &block) }
        return (0..<floats.count).map { block[$0 / width * (block.count / 16) + $0 % width] }
    }
}

/// Floats as rows to be stored.
private struct StoredRowsSource {
    let floats: [Float]
    let width: Int

    init(_ floats: [Float], width: Int) { (self.floats, self.width) = (floats, width) }

    func withRows(_ rows: Range<Int>, _ body: (StoredRows) -> Void) {
        floats.withUnsafeBufferPointer { floats in
            guard let base = floats.baseAddress else { return }
            body(
                StoredRows(
                    base: base + rows.lowerBound * width, stride: width, count: rows.count, width: width,
                    lane: rows.lowerBound))
        }
    }
}
