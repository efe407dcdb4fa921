import GGUF
import KernelsBaseline
import Platform
import Tensor

/// A group of 32 values of one row, as kernels see it.
struct TwinGroup {
    /// The codes to be summed, without bias.
    let codes: [Int32]
    /// One for each half.
    let scales: [Float]
    let minima: [Float]

    var values: [Float] { codes.enumerated().map { Float($1) * scales[$0 / 16] + minima[$0 / 16] } }
}

/// Rows of random blocks, the extreme codes among them, with sane scales.
struct RandomBlocks {
    let bytes: [UInt8]
    let matrix: Matrix
    /// What each row holds, unpacked byte by byte.
    let groups: [[TwinGroup]]

    init(_ format: Format, rows: Int, columns: Int, seed: UInt64) {
        var generator = Generator(seed)
        let type = format.type
        var bytes = generator.bytes(type.byteCount(of: columns) * rows)
        for (index, start) in stride(from: 0, to: bytes.count, by: type.blockBytes).enumerated() {
            if index % 3 == 0 { for at in start..<start + type.blockBytes { bytes[at] = index % 2 == 0 ? 0x80 : 0xff } }
            for at in format.traits.floats.offsets {
                let scale = Float.random(in: -0.1...0.1, using: &generator)
                format.traits.floats.encoding.store(scale, in: &bytes, at: start + at)
            }
        }
        self.bytes = bytes
        matrix = Matrix(rows: rows, columns: columns, type: type, region: ByteRegion(bytes))
        groups = (0..<rows).map { row in
            let rowBytes = type.byteCount(of: columns)
            return Self.unpack(type, Array(bytes[row * rowBytes..<(row + 1) * rowBytes]), count: columns)
        }
    }

    private static func unpack(_ type: TensorType, _ row: [UInt8], count: Int) -> [TwinGroup] {
        var codes = [Int32](repeating: 0, count: count)
        var scales = [Float](repeating: .nan, count: count / 16)
        var minima = scales
        row.withUnsafeBytes { row in
            guard let row = row.baseAddress else { return }
            ScalarTwin.unpack(row, type.id, count: count, codes: &codes, scales: &scales, minima: &minima)
        }
        return (0..<count / 32).map { group in
            TwinGroup(
                codes: Array(codes[group * 32..<(group + 1) * 32]),
                scales: [scales[2 * group], scales[2 * group + 1]],
                minima: [minima[2 * group], minima[2 * group + 1]])
        }
    }
}

extension Rotation {
    /// Rotates whole blocks of values.
    func apply(to values: inout [Float]) {
        let count = values.count
        values.withUnsafeMutableBufferPointer { values in
            guard let base = values.baseAddress else { return }
            switch self {
            case .none: break
            case .hadamard:
                for start in stride(from: 0, to: count, by: TurboQuant.width) { TurboQuant.rotate(base + start) }
            case .orthogonal:
                let copy = Array(values)
                OrthogonalRotation.rotate(copy, count: count / OrthogonalRotation.width, into: base)
            }
        }
    }
}
