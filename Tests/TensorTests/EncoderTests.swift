import Foundation
import GGUF
import Tensor
import Testing

/// Encoders with and without an importance matrix.
@Suite struct EncoderTests {
    // MARK: - Bytes

    /// The folder of reference bytes; `gemma-check quants` reads it with the form in use only.
    private static let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
        .deletingLastPathComponent().appendingPathComponent("Fixtures/quants")

    private static func floats(_ name: String) throws -> [Float] {
        let data = try Data(contentsOf: folder.appendingPathComponent(name))
        return data.withUnsafeBytes { bytes in
            (0..<bytes.count / 4).map { bytes.loadUnaligned(fromByteOffset: 4 * $0, as: Float.self) }
        }
    }

    /// Formats whose encoder the reference's sums fix to the bit: a rotation from a QR decomposition is never the same.
    private static let exact = Format.encodable.filter { $0.traits.activations?.rotation != .orthogonal }

    @Test(arguments: exact.filter(\.isQuantized), Form.all)
    func everyFormWritesTheReferencesBytes(format: Format, form: Form) throws {
        let input = try Self.floats("input.f32")
        let importance = try Self.floats("imatrix.f32")
        let name = format.type.name.lowercased()
        let expected = try Data(contentsOf: Self.folder.appendingPathComponent("\(name).bin"))
        func encoded(_ importance: [Float]?) -> [UInt8] {
            stride(from: 0, to: input.count, by: 512).flatMap { row in
                format.encoded(Array(input[row..<row + 512]), importance: importance, by: form.kernels)
            }
        }
        #expect(encoded(nil) == [UInt8](expected))
        guard format.traits.importance != .ignored else {
            #expect(encoded(importance) == [UInt8](expected))
            return
        }
        let weighted = try Data(contentsOf: Self.folder.appendingPathComponent("\(name).imatrix.bin"))
        #expect(encoded(importance) == [UInt8](weighted))
    }

    /// Values with tails, zeros among them, and some groups of nothing but zeros.
    private static func values(_ count: Int, _ generator: inout Generator) -> [Float] {
        var values = generator.floats(count).map { $0 * $0 * $0 * 10 }
        for index in values.indices where Int.random(in: 0..<4, using: &generator) == 0 { values[index] = 0 }
        for start in stride(from: 32, to: count - 32, by: 160) {
            for index in start..<start + 32 { values[index] = 0 }
        }
        return values
    }

    private static func importance(_ count: Int, _ generator: inout Generator) -> [Float] {
        generator.floats(count).map { abs($0 * $0 * $0) * 50 }
    }

    @Test(arguments: exact, Form.all)
    func allFormsWriteTheSameBytes(format: Format, form: Form) {
        var generator = Generator(81)
        for scale in [1, 1e-4, 1e-12] as [Float] {
            let values = Self.values(5 * 256, &generator).map { $0 * scale }
            var importance = Self.importance(values.count, &generator)
            for index in stride(from: 0, to: importance.count, by: 9) { importance[index] = 0 }
            for importance in [nil, importance] {
                let plain = format.encoded(values, importance: importance, by: Form.plainest.kernels)
                #expect(format.encoded(values, importance: importance, by: form.kernels) == plain)
            }
        }
    }

    /// Groups are searched sixteen at once, so that the last ones of a row come with others that are not there.
    @Test(arguments: Format.encodable, Form.all)
    func aBlockIsEncodedAsIfItWereAlone(format: Format, form: Form) {
        var generator = Generator(82)
        let size = format.type.blockSize
        let weighsByRow: Set<TensorType> = [.q4_0, .q4_1, .q5_0, .q5_1]
        for count in [1, 2, 3, 17] {
            let values = Self.values(count * size, &generator)
            let importance = Self.importance(count * size, &generator)
            func encoded(_ importance: [Float]?) -> [UInt8] {
                format.encoded(values, importance: importance, by: form.kernels)
            }
            func encodedAlone(_ importance: [Float]?) -> [UInt8] {
                stride(from: 0, to: values.count, by: size).flatMap { start in
                    let columns = start..<start + size
                    return format.encoded(
                        Array(values[columns]), importance: importance.map { Array($0[columns]) }, by: form.kernels)
                }
            }
            #expect(encoded(nil) == encodedAlone(nil))
            guard !weighsByRow.contains(format.type) else { continue }
            #expect(encoded(importance) == encodedAlone(importance))
        }
    }

    // MARK: - Importance

    @Test func threeFormatsRequireAnImportanceMatrix() {
        let required = Format.encodable.filter { $0.traits.importance == .required }.map(\.type)
        #expect(Set(required) == [.iq1_s, .iq2_xxs, .iq2_xs])
        let ignored = Format.encodable.filter { $0.traits.importance == .ignored }.map(\.type)
        #expect(Set(ignored).isSuperset(of: [.f32, .f16, .bf16, .q8_0, .mxfp4, .nvfp4, .q1_0, .q2_0, .tq1_0, .tq2_0]))
        #expect(Set(ignored).isDisjoint(with: [.q4_0, .q5_1, .q2_k, .q6_k, .iq4_nl, .iq4_xs, .iq3_s, .iq1_m]))
    }

    /// The weighted square error of what is encoded with an importance.
    private func error(_ format: Format, _ values: [Float], importance: [Float]?, weights: [Float], _ form: Form)
        -> Double
    {
        let decoded = format.decoded(format.encoded(values, importance: importance, by: form.kernels))
        return zip(zip(values, decoded), weights).reduce(0) { sum, pair in
            sum + Double(pair.1) * pow(Double(pair.0.0) - Double(pair.0.1), 2)
        }
    }

    @Test(arguments: Format.encodable.filter { $0.traits.importance != .ignored }, Form.all)
    func importantValuesAreCodedWithLessError(format: Format, form: Form) {
        var generator = Generator(83)
        let values = generator.floats(16 * 256).map { $0 * abs($0) }
        // Two of each 16 columns count a hundred times as much as the others.
        let weights: [Float] = values.indices.map { $0 % 16 == 3 || $0 % 16 == 12 ? 100 : 1 }
        let alike = [Float](repeating: 1, count: values.count)
        let weighted = error(format, values, importance: weights, weights: weights, form)
        #expect(weighted < 0.97 * error(format, values, importance: alike, weights: weights, form))
        #expect(weighted < 0.97 * error(format, values, importance: nil, weights: weights, form))
    }

    @Test(arguments: Format.encodable, Form.all)
    func noImportanceMakesValuesInfinite(format: Format, form: Form) {
        var generator = Generator(84)
        let count = 512
        let values = Self.values(count, &generator)
        let zeros = [Float](repeating: 0, count: count)
        let halves = (0..<count).map { Float($0 / 16 % 2) }
        let extremes = (0..<count).map { $0 % 3 == 0 ? Float(1e30) : 1e-30 }
        for importance in [zeros, halves, extremes] {
            let decoded = format.decoded(format.encoded(values, importance: importance, by: form.kernels))
            #expect(decoded.allSatisfy { $0.isFinite && abs($0) < 100 })
            let nothing = format.decoded(format.encoded(zeros, importance: importance, by: form.kernels))
            #expect(nothing == zeros)
        }
    }

    @Test(arguments: Format.encodable, Form.all)
    func noImportanceTrapsTheEncoder(format: Format, form: Form) {
        var generator = Generator(85)
        let values = generator.floats(512)
        for value in [.nan, .infinity, .greatestFiniteMagnitude, .leastNonzeroMagnitude, -1] as [Float] {
            var importance = Self.importance(512, &generator)
            for index in stride(from: 0, to: 512, by: 37) { importance[index] = value }
            let encoded = format.encoded(values, importance: importance, by: form.kernels)
            // What is not finite is found, so that no file holds it.
            let isFinite = encoded.withUnsafeBytes { bytes in
                let blocks = 512 / format.type.blockSize
                return format.traits.floats.areFinite(inRow: bytes.baseAddress!, blocks: blocks, type: format.type)
            }
            #expect(!isFinite || format.decoded(encoded).allSatisfy(\.isFinite))
        }
    }

    // MARK: - Special values

    @Test(arguments: Form.all, [false, true])
    func aGroupOfZerosOfIQ3LeavesTheOthersInTheirPlaces(form: Form, isWeighted: Bool) {
        var generator = Generator(86)
        let format = Format(.iq3_s)
        let importance = isWeighted ? Self.importance(256, &generator) : nil
        for group in 0..<8 {
            var values = generator.floats(256)
            for index in group * 32..<group * 32 + 32 { values[index] = 0 }
            let decoded = format.decoded(format.encoded(values, importance: importance, by: form.kernels))
            let error = zip(values, decoded).reduce(0) { $0 + ($1.0 - $1.1) * ($1.0 - $1.1) }
            let norm = values.reduce(0) { $0 + $1 * $1 }
            // The reference, which moves groups behind the zeros, makes it about 2.
            #expect(error < 0.15 * norm)
            #expect(decoded[group * 32..<group * 32 + 32].allSatisfy { abs($0) < 0.1 })
        }
    }

    /// Below a power of two by less than the logarithm's last place, the reference's exponent is that of the power.
    @Test func theExponentOfMXFP4IsThatOfTheRoundedLogarithm() {
        func exponent(_ value: Float) -> UInt8 {
            Format(.mxfp4).encoded([value] + [Float](repeating: 0, count: 31))[0]
        }
        #expect(exponent(1) == 125)
        #expect(exponent(Float(1).nextDown) == 124)  // its logarithm, -8.6e-8, is not rounded to 0
        #expect(exponent(2) == 126)
        #expect(exponent(Float(2).nextDown) == 125)  // 1 - 8.6e-8 is nearer to the float before 1
        #expect(exponent(Float(32).nextDown) == 130)  // 5 - 8.6e-8 is nearer to 5
        #expect(exponent(32) == 130)
        #expect(exponent(31.99) == 129)
        #expect(exponent(0x1p-126) == 0)
        #expect(exponent(.leastNonzeroMagnitude) == 0)
    }
}
