import GGUF
import Platform
import Tensor

func fused(_ sum: Float, _ a: Float, _ b: Float) -> Float {
    #if AVX2 || arch(arm64)
        sum.addingProduct(a, b)
    #else
        sum + a * b
    #endif
}

/// A group of 32 values of one row, as a kernel has it.
struct TwinGroup {
    /// What is added up: without bias.
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

    init(_ format: any IntegerFormat.Type, rows: Int, columns: Int, seed: UInt64) {
        var generator = Generator(seed)
        let type = format.type
        var bytes = generator.bytes(type.byteCount(of: columns) * rows)
        for (index, start) in stride(from: 0, to: bytes.count, by: type.blockBytes).enumerated() {
            if index % 3 == 0 { for at in start..<start + type.blockBytes { bytes[at] = index % 2 == 0 ? 0x80 : 0xff } }
            for at in Self.halves(of: type) {
                let scale = Float16(Float.random(in: -0.1...0.1, using: &generator)).bitPattern
                bytes[start + at] = UInt8(truncatingIfNeeded: scale)
                bytes[start + at + 1] = UInt8(truncatingIfNeeded: scale >> 8)
            }
        }
        self.bytes = bytes
        matrix = Matrix(rows: rows, columns: columns, format: format, region: ByteRegion(bytes))
        groups = (0..<rows).map { row in
            let rowBytes = type.byteCount(of: columns)
            return Self.unpack(format, Array(bytes[row * rowBytes..<(row + 1) * rowBytes]))
        }
    }

    /// Where a block has half-precision floats.
    private static func halves(of type: TensorType) -> [Int] {
        switch type {
        case .q4_1, .q5_1, .q4_k, .q5_k: [0, 2]
        case .q2_k: [80, 82]
        case .q3_k, .q6_k, .tbq3_k, .tbq4_k: [type.blockBytes - 2]
        default: [0]
        }
    }

    private static func unpack<Blocks: IntegerFormat>(_: Blocks.Type, _ row: [UInt8]) -> [TwinGroup] {
        var groups: [TwinGroup] = []
        for block in 0..<row.count / Blocks.type.blockBytes {
            Blocks.unpack(TwinRows(row: row), block: block) { index, panel in
                precondition(index == groups.count)
                let codes = (panel.first.bytes + panel.second.bytes).map {
                    Blocks.isSigned ? Int32(Int8(bitPattern: $0)) : Int32($0) - Blocks.bias
                }
                groups.append(
                    TwinGroup(
                        codes: codes, scales: [panel.firstScale[0], panel.secondScale[0]],
                        minima: [panel.firstMinimum[0], panel.secondMinimum[0]]))
            }
        }
        return groups
    }
}

/// One row as a panel, in both lanes; checks that nothing is read behind it.
private struct TwinRows: PanelRows {
    let row: [UInt8]

    func words(_ offset: Int, ahead: BytesAhead) -> FourWords<SIMD2<UInt32>> {
        FourWords(
            word(offset, ahead: ahead), word(offset + 4, ahead: ahead), word(offset + 8, ahead: ahead),
            word(offset + 12, ahead: ahead))
    }

    func twiceWords(
        _ offset: Int, ahead: BytesAhead
    ) -> (FourWords<SIMD2<UInt32>>, FourWords<SIMD2<UInt32>>) {
        (words(offset, ahead: ahead), words(offset + 16, ahead: ahead))
    }

    func word(_ offset: Int, ahead: BytesAhead) -> SIMD2<UInt32> {
        var word: UInt32 = 0
        for byte in 0..<4 { word |= UInt32(row[offset + byte]) << (8 * UInt32(byte)) }
        return SIMD2(repeating: word)
    }

    func fetch(_ ahead: BytesAhead) {}

    func halves(_ offset: Int, ahead: BytesAhead) -> SIMD2<Float> {
        SIMD2(repeating: Float(Float16(bitPattern: UInt16(row[offset]) | UInt16(row[offset + 1]) << 8)))
    }
}

extension SIMD2<UInt32>: PanelWords {
    package var floats: SIMD2<Float> { SIMD2<Float>(Float(Int32(bitPattern: x)), Float(Int32(bitPattern: y))) }

    package var halves: SIMD2<Float> {
        func half(_ word: UInt32) -> Float { Float(Float16(bitPattern: UInt16(truncatingIfNeeded: word))) }
        return SIMD2<Float>(half(x), half(y))
    }

    package func entries(of table: SIMD16<Int8>) -> SIMD2<UInt32> {
        var word: UInt32 = 0
        for shift in stride(from: UInt32(0), to: 32, by: 8) {
            word |= UInt32(UInt8(bitPattern: table[Int(x >> shift & 0xff)])) << shift
        }
        return SIMD2(repeating: word)
    }

    package static func fusedSum(_ sum: SIMD2<Float>, _ a: SIMD2<Float>, _ b: SIMD2<Float>) -> SIMD2<Float> {
        SIMD2<Float>(fused(sum.x, a.x, b.x), fused(sum.y, a.y, b.y))
    }
}

extension FourWords where Words == SIMD2<UInt32> {
    fileprivate var bytes: [UInt8] {
        [a, b, c, d].flatMap { word in (0..<4).map { UInt8(truncatingIfNeeded: word[0] >> (8 * UInt32($0))) } }
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
