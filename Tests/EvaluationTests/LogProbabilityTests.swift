import Evaluation
import Foundation
import Tensor
import Testing

@Suite("Log probabilities")
struct LogProbabilityTests {
    static let counts = [1, 3, 15, 16, 17, 1024, 2464, 3001]

    /// Logits between -20 and 10 or so, a few likely ones among many unlikely.
    private func logits(_ count: Int, seed: Int = 1) -> [Float] {
        (0..<count).map { index in
            let noise = Float((index * 7919 + seed * 104_729) % 1000) / 1000
            return noise * noise * noise * 30 - 20
        }
    }

    private func softmax(_ logits: [Float]) -> [Double] {
        let sum = logits.reduce(0.0) { $0 + exp(Double($1)) }
        return logits.map { Double($0) - log(sum) }
    }

    /// A row that is saved, as bytes.
    private func saved(_ logits: [Float], _ form: Form) -> [UInt8] {
        var row = [UInt8](repeating: 0xEE, count: LogProbabilityCodes.byteCount(logits.count))
        logits.withUnsafeBufferPointer { logits in
            row.withUnsafeMutableBytes { row in
                LogProbabilityCodes.encode(
                    LogSoftmax(logits, kernels: form.kernels), into: row.baseAddress!, kernels: form.kernels)
            }
        }
        return row
    }

    @Test("Log softmax agrees with its definition", arguments: counts, Form.all)
    func logSoftmax(_ count: Int, _ form: Form) {
        let logits = logits(count)
        let expected = softmax(logits)
        logits.withUnsafeBufferPointer { pointer in
            let row = LogSoftmax(pointer, kernels: form.kernels)
            #expect(row.isFinite)
            #expect(row.top == expected.firstIndex(of: expected.max()!))
            for token in 0..<count { #expect(abs(row[token] - expected[token]) < 2e-6) }
        }
    }

    @Test("NaN and infinity are detected", arguments: [Float.nan, .infinity, -.infinity], Form.all)
    func notFinite(_ value: Float, _ form: Form) {
        for place in [0, 20, 39] { expectNotFinite(value, at: place, form) }
    }

    private func expectNotFinite(_ value: Float, at place: Int, _ form: Form) {
        var logits = logits(40)
        logits[place] = value
        logits.withUnsafeBufferPointer { #expect(!LogSoftmax($0, kernels: form.kernels).isFinite, "at \(place)") }
    }

    @Test("Codes are off by half a step at most, and bounded by 16 below the best", arguments: counts, Form.all)
    func codes(_ count: Int, _ form: Form) {
        let logits = logits(count)
        let expected = softmax(logits)
        let row = saved(logits, form)
        #expect(row.count == 2 * (2 * ((count + 1) / 2) + 4))
        #expect(count.isMultiple(of: 2) || row.suffix(2) == [0, 0])
        row.withUnsafeBytes { bytes in
            let codes = LogProbabilityCodes(bytes.baseAddress!, count: count)
            #expect(codes.isValid)
            let best = expected.max()!
            for token in 0..<count {
                let tolerance: Double = 16 / 65535 / 2 + 5e-6
                #expect(abs(codes[token] - max(expected[token], best - 16)) < tolerance)
            }
        }
    }

    @Test("Equal logits have a step of 0", arguments: Form.all)
    func equalLogits(_ form: Form) {
        saved([3, 3, 3, 3], form).withUnsafeBytes { bytes in
            let codes = LogProbabilityCodes(bytes.baseAddress!, count: 4)
            #expect(codes.isValid)
            for token in 0..<4 { #expect(abs(codes[token] + log(4)) < 1e-6) }
        }
    }

    @Test(
        "Divergence agrees with its definition", arguments: counts.flatMap { count in [1, 2, 3].map { (count, $0) } },
        Form.all)
    func divergence(_ test: (count: Int, seed: Int), _ form: Form) {
        let (count, seed) = test
        let (p, q) = (logits(count), logits(count, seed: seed).map { $0 * 0.9 })
        let (logP, logQ) = (softmax(p), softmax(q))
        var expected = 0.0
        for (p, q) in zip(logP, logQ) where p > -16 { expected += exp(p) * (p - q) - exp(p) + exp(q) }
        let found = compare(saved(p, form), q, form)
        #expect(found.divergence >= 0)
        // Rounding to a code changes a probability by 1e-4 of itself at most.
        #expect(abs(found.divergence - expected) < 1e-6 + 5e-4 * expected)
        #expect(found.isSameTop == (logQ.firstIndex(of: logQ.max()!) == logP.firstIndex(of: logP.max()!)))
    }

    @Test("A row hardly diverges from itself, and has the same best token", arguments: counts, Form.all)
    func selfDivergence(_ count: Int, _ form: Form) {
        let logits = logits(count)
        let found = compare(saved(logits, form), logits, form)
        // Half a step squared, halved, weighted by the probabilities.
        #expect(found.divergence >= 0 && found.divergence < 8e-9 && found.isSameTop)
    }

    @Test("A tie of codes is not a difference in the best token", arguments: Form.all)
    func tie(_ form: Form) {
        let saved = saved([5, 5.00001, -11], form)
        #expect(compare(saved, [5.2, 5, -11], form).isSameTop)
        #expect(!compare(saved, [5, 5, 6], form).isSameTop)
    }

    private func compare(
        _ row: [UInt8], _ logits: [Float], _ form: Form
    ) -> (divergence: Double, isSameTop: Bool) {
        row.withUnsafeBytes { row in
            logits.withUnsafeBufferPointer { logits in
                LogProbabilityCodes(row.baseAddress!, count: logits.count).divergence(
                    of: LogSoftmax(logits, kernels: form.kernels), kernels: form.kernels)
            }
        }
    }
}
