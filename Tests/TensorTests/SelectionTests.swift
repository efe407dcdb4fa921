import Foundation
import Tensor
import Testing

/// The vectors find what a loop over the values finds.
@Suite("Selection of the largest")
struct SelectionTests {
    /// Around the vectors' and the blocks' lengths, and a vocabulary.
    private static let counts = [0, 1, 2, 15, 16, 17, 255, 256, 257, 511, 512, 1000, 262_144]

    /// Plain, with ties, with NaN and infinities, constant, rising, falling.
    private static func samples(_ count: Int) -> [[Float]] {
        var generator = Generator(UInt64(count))
        let plain = generator.floats(count, scale: 10)
        let ties = plain.map { $0.rounded() }
        let special: [Float] = [.nan, .infinity, -.infinity, 0, -0.0]
        let mixed = ties.map { Int.random(in: 0..<4, using: &generator) == 0 ? special[abs(Int($0)) % 5] : $0 }
        let zeros: [Float] = (0..<count).map { $0.isMultiple(of: 3) ? 0 : -0.0 }
        return [
            plain, ties, mixed, zeros, plain.sorted(), plain.sorted(by: >), Array(repeating: -.infinity, count: count),
            Array(repeating: .nan, count: count), mixed.map { $0 == .infinity ? .nan : $0 },
        ]
    }

    private func plainArgmax(_ values: [Float]) -> Int {
        var best = 0
        for index in values.indices where values[index] > values[best] { best = index }
        return best
    }

    @Test(
        "argmax is the lowest index of the largest value; only a NaN at index 0 is ever chosen", arguments: counts,
        Form.all)
    func argmaxes(_ count: Int, _ form: Form) {
        for values in Self.samples(count) {
            #expect(values.withUnsafeBufferPointer(form.kernels.argmax) == plainArgmax(values))
            let real = values.filter { !$0.isNaN }
            #expect(real.withUnsafeBufferPointer(form.kernels.argmax) == plainArgmax(real))
        }
    }

    @Test("argmax finds a value at any index, and the first of two", arguments: [16, 300, 600], Form.all)
    func places(_ count: Int, _ form: Form) {
        for place in 0..<count {
            var values = [Float](repeating: -1, count: count)
            values[place] = 1
            values[count - 1] = 1
            #expect(values.withUnsafeBufferPointer(form.kernels.argmax) == place)
        }
    }

    @Test("Top-k is the head of the stable order, without NaN", arguments: [0, 1, 3, 64, 1000], Form.all)
    func topK(_ k: Int, _ form: Form) {
        var top = TopK(capacity: k, kernels: form.kernels)
        for count in Self.counts {
            // A long rising list is the worst case, which would take seconds.
            for values in Self.samples(count).prefix(count < 2000 ? .max : 4) {
                let order = values.indices.filter { !values[$0].isNaN }
                    .sorted { (-values[$0], $0) < (-values[$1], $1) }.prefix(k)
                values.withUnsafeBufferPointer { top.select(from: $0) }
                #expect(top.indices == order.map(Int32.init))
                #expect(top.values == order.map { values[$0] })
            }
        }
    }

    @Test(
        "The largest probability agrees with the definition in double precision", arguments: counts.dropFirst(),
        Form.all)
    func probability(_ count: Int, _ form: Form) {
        var generator = Generator(7)
        for scale: Float in [0.1, 5, 60] {
            let logits = generator.floats(count, scale: scale)
            let largest = Double(logits.max() ?? 0)
            let expected = 1 / logits.reduce(0) { $0 + exp(Double($1) - largest) }
            let found = Double(logits.withUnsafeBufferPointer(form.kernels.largestProbability))
            // Sums of n/16 positive terms in each lane, each within a few roundings.
            #expect(abs(found - expected) <= expected * Double(count / 16 + 16) * unitRoundoff)
        }
    }

    @Test("The largest probability among infinities and NaN", arguments: Form.all)
    func specialProbabilities(_ form: Form) {
        #expect(([] as [Float]).withUnsafeBufferPointer(form.kernels.largestProbability) == 0)
        #expect([2, -.infinity].withUnsafeBufferPointer(form.kernels.largestProbability) == 1)
        #expect([1, .nan, 2].withUnsafeBufferPointer(form.kernels.largestProbability).isNaN)
        #expect([.infinity, 1].withUnsafeBufferPointer(form.kernels.largestProbability).isNaN)
    }
}
