import KernelsBaseline
import Tensor
import Testing

/// TurboQuant's rotations keep inner products, which is what lets attention and products work on codes.
@Suite("TurboQuant's rotations")
struct RotationTests {
    private func dot(_ a: [Float], _ b: [Float]) -> Double { Twin.dot(a, b).value }

    @Test("The transform of 32 values is that of Hadamard's matrix, and is undone by its inverse", arguments: Form.all)
    func hadamard(_ form: Form) {
        var generator = Generator(90)
        let signs: [Float] = "+-++-+--++-+--+--++-+--++-+--+-+".map { $0 == "+" ? 1 : -1 }
        for _ in 0..<20 {
            let values = generator.floats(32)
            var rotated = values
            form.kernels.rotateQueries(&rotated, count: 32, into: .turbo)
            for row in 0..<32 {
                let terms = (0..<32).map { column in
                    Double(values[column] * signs[column]) * ((row & column).nonzeroBitCount.isMultiple(of: 2) ? 1 : -1)
                }
                #expect(abs(Double(rotated[row]) - terms.reduce(0, +) / 32.0.squareRoot()) < 1e-6)
            }
            TurboQuant.rotateBack(&rotated)
            #expect(zip(rotated, values).allSatisfy { abs($0 - $1) < 1e-6 })
        }
    }

    @Test("The trellis's transform of 128 values is Hadamard's matrix between two rows of signs", arguments: Form.all)
    func trellis(_ form: Form) {
        var generator = Generator(93)
        let (before, after) = (TrellisCodebook.signsBefore, TrellisCodebook.signsAfter)
        let values = generator.floats(256)
        var rotated = values
        form.kernels.rotateQueries(&rotated, count: 256, into: .trellis)
        for row in 0..<256 {
            let terms = (0..<128).map { column in
                Double(values[row / 128 * 128 + column] * before[column])
                    * ((row & column).nonzeroBitCount.isMultiple(of: 2) ? 1 : -1)
            }
            let expected = terms.reduce(0, +) / 128.0.squareRoot() * Double(after[row % 128])
            #expect(abs(Double(rotated[row]) - expected) < 1e-6)
        }
        #expect((0..<128).filter { before[$0] < 0 }.count != (0..<128).filter { after[$0] < 0 }.count)
    }

    @Test("Exact zeros stay exact, because they are ties", arguments: Form.all)
    func ties(_ form: Form) {
        var values = [Float](repeating: 0, count: 32)
        (values[3], values[7]) = (0.1, 0.1)
        form.kernels.rotateQueries(&values, count: 32, into: .turbo)
        #expect(values.filter { $0 == 0 }.count == 16)
    }

    @Test("The matrix for 128 values is orthogonal", arguments: [1, 2, 3])
    func orthogonal(count: Int) {
        var generator = Generator(91)
        let (a, b) = (generator.floats(128 * count), generator.floats(128 * count))
        var (x, y, back) = (a, a, a)
        OrthogonalRotation.rotate(a, count: count, into: &x)
        OrthogonalRotation.rotate(b, count: count, into: &y)
        OrthogonalRotation.rotateBack(x, count: count, into: &back)
        #expect(zip(back, a).allSatisfy { abs($0 - $1) < 2e-6 })
        #expect(abs(dot(x, y) - dot(a, b)) < 1e-4)
        #expect(zip(x, a).contains { abs($0 - $1) > 0.1 })
        for vector in 0..<count {
            var single = [Float](repeating: 0, count: 128)
            OrthogonalRotation.rotate(a.rows(vector..<vector + 1, width: 128), into: &single)
            #expect(single.bits == x.rows(vector..<vector + 1, width: 128).bits)
        }
    }

    @Test("The code is the nearest entry's, or the lower of two equally near, for all values around the boundaries")
    func nearest() {
        check(codebook: (0..<8).map { TurboQuant.codebook3[$0] }, TurboQuant.midpoints3)
        check(codebook: (0..<16).map { TurboQuant.codebook4[$0] }, TurboQuant.midpoints4)
    }

    private func check(codebook: [Float], _ boundaries: SIMD16<Float>) {
        for index in 0..<codebook.count - 1 {
            // Both are exact in double precision.
            let middle = (Double(codebook[index]) + Double(codebook[index + 1])) / 2
            #expect(Double(boundaries[index]) > middle && Double(boundaries[index].nextDown) <= middle)
        }
        var generator = Generator(92)
        for _ in 0..<1000 {
            let value = Float.random(in: -4...4, using: &generator)
            let codes = TurboQuant.codes(SIMD16(repeating: value), boundaries, count: codebook.count - 1)
            let distances = codebook.map { abs(Double($0) - Double(value)) }
            #expect(Int(codes[5]) == distances.firstIndex(of: distances.min()!))
        }
    }
}
