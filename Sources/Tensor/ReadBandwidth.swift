import Foundation
internal import Platform
internal import TensorBase

/// How fast the threads of a pool read memory: what bounds a decode.
enum ReadBandwidth {
    /// Bytes to read if the weights are fewer: more than any cache holds.
    static let sufficientBytes = 512 << 20

    private static let pieceBytes = 4 << 20

    /// The best of several readings of `regions`, in bytes a second.
    static func measure(
        _ regions: [UnsafeRawBufferPointer], pool: ThreadPool, kernels: any KernelSet.Type, repetitions: Int
    ) -> Double {
        var pieces: [UnsafeRawBufferPointer] = []
        for region in regions {
            for start in stride(from: 0, to: region.count, by: pieceBytes) {
                let end = min(start + pieceBytes, region.count)
                pieces.append(UnsafeRawBufferPointer(rebasing: region[start..<end]))
            }
        }
        let bytes = pieces.reduce(0) { $0 + $1.count }
        let sums = UnsafeMutablePointer<UInt64>.allocate(capacity: pieces.count)
        defer { sums.deallocate() }
        let job = ReadJob(kernels: kernels, pieces: pieces, sums: sums)
        var best = Duration.seconds(Int64.max)
        for _ in 0..<max(1, repetitions) {
            let time = ContinuousClock().measure { pool.run(job, count: pieces.count) }
            best = min(best, time)
        }
        let seconds: Double = best / .seconds(1)
        return Double(bytes) / seconds
    }
}

extension Compute {
    /// The most bytes a second that the threads read: from `weights`, which are mapped from a file in small pages, or
    /// from memory of its own if the weights are few enough to stay in the caches.
    package func readBandwidth(_ weights: [Matrix], repetitions: Int = 5) -> Double {
        let regions = weights.map { UnsafeRawBufferPointer(start: $0.base, count: $0.byteCount) }
        if regions.reduce(0, { $0 + $1.count }) >= ReadBandwidth.sufficientBytes {
            return withExtendedLifetime(weights) {
                ReadBandwidth.measure(regions, pool: pool, kernels: kernels, repetitions: repetitions)
            }
        }
        let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: ReadBandwidth.sufficientBytes, alignment: 64)
        defer { buffer.deallocate() }
        // Pages that were never written are all the same page of zeros, which is in the cache.
        buffer.initializeMemory(as: UInt8.self, repeating: 1)
        return ReadBandwidth.measure(
            [UnsafeRawBufferPointer(buffer)], pool: pool, kernels: kernels, repetitions: repetitions)
    }
}

/// Sums up memory; see `KernelSet.read`.
private struct ReadJob: ParallelJob {
    let kernels: any KernelSet.Type
    let pieces: [UnsafeRawBufferPointer]
    let sums: UnsafeMutablePointer<UInt64>  // one for each piece, so that no read is for nothing

    func run(_ index: Int, thread: Int) {
        sums[index] = kernels.read(pieces[index])
    }
}
