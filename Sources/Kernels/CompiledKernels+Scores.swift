package import TensorBase

// Scans over all scores of a vocabulary.

extension CompiledKernels {
    package static func argmax(_ values: UnsafeBufferPointer<Float>) -> Int { indexOfLargest(values) }

    package static func largestProbability(_ logits: UnsafeBufferPointer<Float>) -> Float {
        probabilityOfLargest(logits)
    }

    package static func selectLargest(
        of candidates: UnsafeBufferPointer<Float>, capacity: Int, values: UnsafeMutablePointer<Float>,
        indices: UnsafeMutablePointer<Int32>
    ) -> Int {
        var selection = Selection(capacity: capacity, values: values, indices: indices)
        selection.select(from: candidates)
        return selection.count
    }

    package static func summarize(_ logits: UnsafeBufferPointer<Float>) -> LogitSummary { LogitSummary(of: logits) }

    package static func encode(
        _ logits: UnsafeBufferPointer<Float>, least: Float, inverseStep: Float, into codes: UnsafeMutableRawPointer
    ) {
        encodeProbabilities(logits, least: least, inverseStep: inverseStep, into: codes)
    }

    package static func diverge(
        _ codes: CodedProbabilities, from logits: LogitsOfProbabilities
    ) -> ProbabilityDivergence {
        codes.divergence(from: logits)
    }
}
