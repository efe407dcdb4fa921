import Foundation
internal import GGUF
internal import Platform
internal import TensorBase

extension Compute {
    /// The highest rate of integer products, in operations per second: Q8_0 weights that stay in a core's own cache,
    /// multiplied by a tile of tokens. It limits how fast prompts are read.
    package func integerPeak(repetitions: Int = 20) -> Double {
        let (rows, columns, tokens) = (64 * pool.threadCount, 1024, ProductSizes.tileRows)  // at most 1024 threads
        let bytes = [UInt8](repeating: 1, count: TensorType.q8_0.byteCount(of: columns) * rows)
        let weights = Matrix(rows: rows, columns: columns, type: .q8_0, region: ByteRegion(bytes))
        let (input, output) = (FloatBuffer(constantCount: tokens * columns), FloatBuffer(constantCount: tokens * rows))
        guard let form = weights.activations else { return 0 }
        let quantized = quantize(input.rows(width: columns), for: form)
        // Each thread multiplies its own rows, repeatedly.
        let job = PeakJob(
            kernels: kernels,
            task: IntegerTask(
                format: weights.type.id, weights: weights.base, rowBytes: weights.rowBytes, input: quantized,
                output: output.base,
                outputStride: rows),
            scratch: scratch(count: ProductSizes.integerScratchCount))
        var best = Duration.seconds(Int64.max)
        for _ in 0..<max(1, repetitions) {
            let time = ContinuousClock().measure { pool.run(job, count: pool.threadCount) }
            best = min(best, time)
        }
        withExtendedLifetime((weights, input, output)) {}
        let operations = 2 * rows * columns * tokens * PeakJob.rounds
        let seconds: Double = best / .seconds(1)
        return Double(operations) / seconds
    }
}

private struct PeakJob: ParallelJob {
    let kernels: any KernelSet.Type
    let task: IntegerTask
    let scratch: ThreadScratch

    static let rounds = 8

    func run(_ index: Int, thread: Int) {
        for _ in 0..<Self.rounds {
            kernels.multiply(
                task, rows: index * 64..<(index + 1) * 64, next: task.row(index * 64),
                scratch: scratch[thread])
        }
    }
}
