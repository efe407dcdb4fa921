import Foundation
import Tensor
import Testing

@Suite("Rotary embedding")
struct RotaryTests {
    /// Rotates every pair by its angle in double precision.
    private func rotated(_ row: [Float], width: Int, base: Double, factors: [Float]?, position: Int) -> [Double] {
        var result = row.map(Double.init)
        for head in stride(from: 0, to: row.count, by: width) {
            for pair in 0..<width / 2 {
                let angle =
                    Double(position) * pow(base, -2 * Double(pair) / Double(width)) / Double(factors?[pair] ?? 1)
                let (a, b) = (Double(row[head + pair]), Double(row[head + pair + width / 2]))
                result[head + pair] = a * cos(angle) - b * sin(angle)
                result[head + pair + width / 2] = b * cos(angle) + a * sin(angle)
            }
        }
        return result
    }

    @Test(
        "Pairs turn by the angles of their position, far out as well",
        arguments: [(64, 0), (64, 61), (24, 1000), (512, 131_000), (2, 63), (256, 1 << 20)],
        Form.all)
    func angles(_ row: (width: Int, first: Int), _ form: Form) throws {
        let (width, first) = row
        var generator = Generator(UInt64(first))
        let factors = (0..<width / 2).map { $0 < width / 8 + 1 ? Float(1) : 1e30 }
        for factors in [nil, factors] {
            let rotary = try RotaryEmbedding(
                width: width, base: 1e6, factors: try factors.map { try FloatBuffer($0) }, capacity: 70)
            let heads = generator.floats(70 * 2 * width)
            rotary.prepare(first: first, count: 70)
            let found = heads.changed(width: 2 * width) { form.compute(threads: 2).rotate($0, by: rotary) }
            for row in [0, 1, 2, 3, 35, 66, 69] {
                let expected = rotated(
                    heads.rows(row..<row + 1, width: 2 * width), width: width, base: 1e6, factors: factors,
                    position: first + row)
                // Two products of numbers up to 1, each with a rounded factor, and their difference; the angle itself
                // is off by a rounding in double precision.
                let tolerance = 6 * unitRoundoff + Double(first + row) * 0x1p-51
                let error = worstError(found.rows(row..<row + 1, width: 2 * width), expected) { _ in tolerance }
                #expect(error <= 1, "row \(row)")
            }
        }
    }

    @Test("A position's angles do not depend on what was prepared before or with it")
    func independence() throws {
        let heads = (0..<48).map { Float($0) / 48 }
        func bits(_ prepared: [(first: Int, count: Int)], row: Int) throws -> [UInt32] {
            let rotary = try RotaryEmbedding(width: 48, base: 1e4, factors: nil, capacity: 200)
            for range in prepared { rotary.prepare(first: range.first, count: range.count) }
            return heads.changed(width: 48) { Compute(threadCount: 1).rotate($0, by: rotary, firstRow: row) }.bits
        }
        let alone = try bits([(150, 1)], row: 0)
        #expect(try bits([(0, 200)], row: 150) == alone)
        #expect(try bits([(0, 200), (149, 2)], row: 1) == alone)
        #expect(try bits([(140, 20)], row: 10) == alone)
    }
}
