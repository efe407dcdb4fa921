import GGUF
import Tensor
import Testing

@Suite struct FormatTests {
    // MARK: - Decoding

    /// Equal bits; for NaN only that both are NaN.
    private func expectSame(
        _ values: [Float], _ expected: [Float], sourceLocation: SourceLocation = #_sourceLocation
    ) {
        #expect(values.count == expected.count, sourceLocation: sourceLocation)
        let differing = zip(values, expected).enumerated().first { _, pair in
            pair.0.isNaN ? !pair.1.isNaN : pair.0.bitPattern != pair.1.bitPattern
        }
        #expect(differing == nil, sourceLocation: sourceLocation)
    }

    private func decodedRow(_ format: Format, _ bytes: [UInt8], count: Int, _ form: Form) -> [Float] {
        var values = [Float](repeating: .nan, count: count)
        bytes.withUnsafeBytes { bytes in
            values.withUnsafeMutableBufferPointer { values in
                guard let source = bytes.baseAddress, let target = values.baseAddress else { return }
                form.kernels.decode(source, format.type.id, count: count, into: target)
            }
        }
        return values
    }

    @Test(arguments: Format.all, Form.all)
    func theKernelDecodesWhatThePlainDecoderDoes(format: Format, form: Form) {
        var generator = Generator(1)
        let counts =
            format.isQuantized
            ? [1, 2, 3, 8].map { $0 * format.granule } : [1, 2, 15, 16, 17, 31, 32, 33, 63, 64, 65, 100]
        for count in counts {
            let bytes = format.encoded(generator.floats(count, scale: 3))
            expectSame(decodedRow(format, bytes, count: count, form), format.decoded(bytes, by: form.kernels))
        }
    }

    @Test(arguments: Format.all, Form.all)
    func theKernelDecodesAnyBytesAsThePlainDecoderDoes(format: Format, form: Form) {
        var generator = Generator(2)
        for _ in 0..<300 {
            let count = format.columns(atLeast: 96)
            let bytes = generator.bytes(format.type.byteCount(of: count))
            expectSame(decodedRow(format, bytes, count: count, form), format.decoded(bytes, by: form.kernels))
        }
    }

    @Test func everyHalfIsDecodedAsItsValue() {
        for pattern in UInt16.min ... .max {
            let half = Format(.f16).decoded(.littleEndian(pattern))[0]
            let brain = Format(.bf16).decoded(.littleEndian(pattern))[0]
            let expected = Float(Float16(bitPattern: pattern))
            let same = half.isNaN ? expected.isNaN : half.bitPattern == expected.bitPattern
            if !same || brain.bitPattern != UInt32(pattern) << 16 { Issue.record("pattern \(pattern)") }
        }
    }

    /// Blocks written down by hand: scale 0.5 is the half 0x3800.
    @Test func aBlockOfQ8IsScaleAndSignedBytes() {
        let codes = (0..<32).map { UInt8(bitPattern: Int8($0 * 8 - 128)) }
        let values = Format(.q8_0).decoded([0x00, 0x38] + codes)
        let expected: [Float] = (0..<32).map { 4 * Float($0) - 64 }
        #expect(values == expected)
    }

    @Test func aBlockOfQ4HasItsLaterHalfInTheHighBits() {
        let codes = (0..<16).map { UInt8($0 | (15 - $0) << 4) }
        let values = Format(.q4_0).decoded([0x00, 0x38] + codes)
        let shifted: [Int] = Array(-8..<8) + Array(-8..<8).reversed()
        #expect(values == shifted.map { 0.5 * Float($0) })
    }

    // MARK: - Encoding

    @Test func q8RoundsHalvesAwayFromZero() {
        // The largest value is 127, so that the scale is 1.
        var values = [Float](repeating: 0, count: 32)
        values.replaceSubrange(0..<7, with: [127, 0.5, -0.5, 1.5, -2.5, 0.49, -126.5])
        let bytes = Format(.q8_0).encoded(values)
        #expect(bytes.prefix(2) == [0x00, 0x3c])
        #expect(bytes[2..<9].map { Int8(bitPattern: $0) } == [127, 1, -1, 2, -3, 0, -127])
    }

    @Test(arguments: [Float(1), -1]) func q4KeepsTheValueOfLargestMagnitude(sign: Float) {
        var generator = Generator(3)
        var values = generator.floats(32)
        values[20] = 4 * sign
        let bytes = Format(.q4_0).encoded(values)
        #expect(Format(.q4_0).decoded(bytes)[20] == 4 * sign)
        #expect(bytes[2 + 4] >> 4 == 0)
    }

    /// How far a decoded value may be from the one that was encoded in `block`.
    private func tolerance(_ format: Format, _ block: ArraySlice<Float>, _ value: Float) -> Double {
        let largest = Double(block.map { abs($0) }.max() ?? 0)
        let norm = block.reduce(0.0) { $0 + Double($1) * Double($1) }.squareRoot()
        let range = Double((block.max() ?? 0) - (block.min() ?? 0))
        // The scale is a half: 11 bits, or a multiple of 2^-24.
        func scaleError(_ scale: Double) -> Double { max(scale / 2048, 0x1p-25) }
        /// Codes from -n to n - 1: a value as large as the largest but of the other sign is cut off.
        func symmetric(_ n: Double) -> Double {
            let scale = largest / n
            let cut = max(0, abs(Double(value)) - (n - 0.5) * scale)
            return scale * (0.5 + 2 * n * unitRoundoff) + cut + n * scaleError(scale)
        }
        /// Codes from 0 to n above the least value.
        func aboveMinimum(_ n: Double) -> Double {
            let scale = range / n
            return scale * (0.5 + 2 * n * unitRoundoff) + n * scaleError(scale) + scaleError(largest)
        }
        switch format.type {
        case .f32: return 0
        case .f16: return max(abs(Double(value)) / 2048, 0x1p-25)
        case .bf16: return max(abs(Double(value)) / 256, 0x1p-134)
        case .q8_0:
            let scale = largest / 127
            return scale * (0.5 + 256 * unitRoundoff) + 127 * scaleError(scale)
        case .q4_0: return symmetric(8)
        case .q5_0: return symmetric(16)
        case .q4_1: return aboveMinimum(15)
        case .q5_1: return aboveMinimum(31)
        // The widest gap of the codebook is 24 of 127, and the search may cut off the largest value.
        case .iq4_nl: return 0.13 * largest + 127 * 0x1p-25
        // Half a step of the block's largest scale, what the rounding of scales adds, and what the search trades for
        // the rest of a group: as a share of the block's largest value.
        case .q4_k: return 0.13 * largest + 63 * 15 * 0x1p-25
        case .q5_k: return 0.07 * largest + 63 * 31 * 0x1p-25
        case .q6_k: return 0.04 * largest + 128 * 32 * 0x1p-25
        case .q3_k: return 0.33 * largest + 32 * 4 * 0x1p-25
        case .q2_k: return 0.45 * largest + 15 * 3 * 0x1p-25
        case .iq4_xs: return 0.16 * largest + 32 * 127 * 0x1p-25
        // A share that was measured, for values that are spread evenly: few codes fit all of a group.
        case .iq3_s: return 0.5 * largest + 31 * 15 * 0x1p-25
        case .iq3_xxs: return 1 * largest + 31 * 15 * 0x1p-25
        case .iq2_s: return 0.75 * largest + 31 * 5 * 0x1p-25
        case .iq2_xs: return 0.95 * largest + 31 * 5 * 0x1p-25
        case .iq2_xxs: return 1 * largest + 31 * 5 * 0x1p-25
        case .iq1_s: return 1.2 * largest + 15 * 0x1p-25
        case .iq1_m: return 1.6 * largest + 15 * 0x1p-25
        // Three codes, of which the outer ones are exact. One, and its negative: the mean magnitude.
        case .q2_0, .tq1_0, .tq2_0: return largest * (0.5 + 4 * unitRoundoff) + scaleError(largest)
        case .q1_0: return largest * (1 + 128 * unitRoundoff) + scaleError(largest)
        // The scale is a power of two: the largest code is 6, and the largest value at most 8.
        case .mxfp4: return 0.25 * largest
        // The scale is at least 2^-9 and at most 448, which 256 is rounded to already.
        case .nvfp4:
            let cut = max(0, abs(Double(value)) - 448 * 6)
            return 0.3 * largest + 6 * 0x1p-10 + cut
        // A share of the block's norm, which the error of a single value cannot exceed.
        case .tbq3_0, .tbq3_k, .tbq3_tcq: return 0.26 * norm + 0x1p-22
        case .tbq4_0, .tbq4_k: return 0.16 * norm + 0x1p-22
        default:
            Issue.record("no bound for \(format.type.name)")
            return 0
        }
    }

    private static let scales: [(format: Format, scale: Float)] = Format.encodable.flatMap { format in
        [1, 1e-3, 1000, 1e-7].map { (format, $0) }
    }

    @Test(arguments: scales, Form.all)
    func whatIsEncodedComesBackWithinTheFormatsError(test: (format: Format, scale: Float), form: Form) {
        let (format, scale) = test
        var generator = Generator(4)
        let width = max(32, format.granule)
        for round in 0..<10 {
            var values = generator.floats(2 * width, scale: scale)
            if round % 5 == 0 { values[3] = 10 * scale }
            let decoded = format.decoded(format.encoded(values, by: form.kernels))
            let worst = worstError(decoded, values.map(Double.init)) { index in
                tolerance(format, values[index / width * width..<(index / width + 1) * width], values[index])
            }
            #expect(worst <= 1)
        }
    }

    @Test(arguments: Format.encodable, Form.all) func zerosStayZeros(format: Format, form: Form) {
        let zeros = [Float](repeating: 0, count: max(64, format.granule))
        #expect(format.decoded(format.encoded(zeros, by: form.kernels)) == zeros)
    }

    /// Formats whose largest code has a value of its own only by chance, or that have no scale for a huge value.
    private static let coarse: Set<TensorType> = [
        .iq1_s, .iq1_m, .iq2_xs, .iq2_s, .iq3_xxs, .iq3_s, .mxfp4, .nvfp4, .q1_0,
    ]

    @Test(arguments: Format.encodable, [Float(60_000), -60_000])
    func oneHugeValueIsKept(format: Format, huge: Float) {
        for place in [0, 15, 16, 31] {
            var values = [Float](repeating: 0.25, count: max(32, format.granule))
            values[place] = huge
            let decoded = format.decoded(format.encoded(values))
            let worst = worstError(decoded, values.map(Double.init)) { tolerance(format, values[...], values[$0]) }
            #expect(worst <= 1)
            let isCoarse = format.isRotated || Self.coarse.contains(format.type)
            #expect(isCoarse || abs(decoded[place] - huge) <= abs(huge) / 128)
        }
    }

    /// There is no right answer, but ending the process is wrong.
    @Test(arguments: Format.encodable, Form.all) func noValueTrapsTheEncoder(format: Format, form: Form) {
        let extremes: [Float] = [
            .nan, -.nan, .signalingNaN, .infinity, -.infinity, .greatestFiniteMagnitude, -.greatestFiniteMagnitude,
            .leastNonzeroMagnitude, -.leastNonzeroMagnitude, .leastNormalMagnitude,
        ]
        let count = max(32, format.granule)
        func encoded(_ values: [Float]) -> [UInt8] { format.encoded(values, by: form.kernels) }
        for value in extremes {
            for place in [0, 16, 31, count - 1] {
                var values = [Float](repeating: 1, count: count)
                values[place] = value
                #expect(format.decoded(encoded(values)).count == count)
                #expect(encoded(values.map { $0 == 1 ? 0 : value }).count == format.type.byteCount(of: count))
            }
            let all = encoded(Array(repeating: value, count: count))
            #expect(all.count == format.type.byteCount(of: count))
        }
    }

    @Test(arguments: Format.encodable.filter { $0.isQuantized && !$0.isRotated }, Form.all)
    func aNaNLeavesItsNeighboursAlone(format: Format, form: Form) {
        var generator = Generator(5)
        var values = generator.floats(format.granule)
        values[7] = 2
        let expected = format.decoded(format.encoded(values.enumerated().map { $0 == 9 ? 0 : $1 }, by: form.kernels))
        values[9] = .nan
        let decoded = format.decoded(format.encoded(values, by: form.kernels))
        #expect(decoded[9].isFinite)
        #expect(values.indices.allSatisfy { $0 == 9 || decoded[$0] == expected[$0] })
    }

    @Test(arguments: Form.all) func brainFloatsRoundToEvenAndKeepNaN(form: Form) {
        let format = Format(.bf16)
        func encoded(_ pattern: UInt32) -> UInt32 {
            format.decoded(format.encoded([Float(bitPattern: pattern)], by: form.kernels))[0].bitPattern
        }
        #expect(encoded(0x3f80_7fff) == 0x3f80_0000)
        #expect(encoded(0x3f80_8000) == 0x3f80_0000)
        #expect(encoded(0x3f80_8001) == 0x3f81_0000)
        #expect(encoded(0x3f81_8000) == 0x3f82_0000)
        #expect(encoded(0x7f7f_ffff) == 0x7f80_0000)
        #expect(Float(bitPattern: encoded(0x7f80_0001)).isNaN)
        #expect(Float(bitPattern: encoded(0xffff_ffff)).isNaN)
    }

    @Test func aFormatIsFoundByItsType() {
        #expect(Set(Format.all.map(\.type)).count == Format.all.count)
        #expect(Format.all.map(\.type).contains(.q4_k))
        #expect(ElementFormats.traits(of: .i32) == nil)
    }
}

extension [UInt8] {
    fileprivate static func littleEndian(_ value: UInt16) -> [UInt8] {
        [UInt8(truncatingIfNeeded: value), UInt8(value >> 8)]
    }
}
