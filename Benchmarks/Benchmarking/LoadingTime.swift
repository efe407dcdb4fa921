package import Foundation
internal import GGUF
import Tokenizer

/// How long it takes to open a file: to map it, and to check its metadata and the offsets of its tensors. Also how long
/// it takes to check and index the vocabulary, if there is one.
package struct LoadingTime: Sendable {
    private let filename: String
    private let keyCount: Int
    private let tensorCount: Int
    private let nanoseconds: [Double]
    private let vocabularyNanoseconds: [Double]

    /// Opens the file once, to have it in memory, and then `repetitions` times.
    package init(of url: URL, repetitions: Int) throws {
        let clock = ContinuousClock()
        var (nanoseconds, vocabularyNanoseconds): ([Double], [Double]) = ([], [])
        do {
            let file = try GGUFFile(contentsOf: url)
            for _ in 0..<repetitions {
                var opened: GGUFFile?
                let time = try clock.measure { opened = try GGUFFile(contentsOf: url) }
                // Releasing it is not part of the measured time.
                withExtendedLifetime(opened) { nanoseconds.append(time / .nanoseconds(1)) }
            }
            if file.metadata["tokenizer.ggml.tokens"] != nil {
                for _ in 0..<repetitions {
                    var tokenizer: BPETokenizer?
                    let time = try clock.measure { tokenizer = try BPETokenizer(file) }
                    withExtendedLifetime(tokenizer) { vocabularyNanoseconds.append(time / .nanoseconds(1)) }
                }
            }
            (keyCount, tensorCount) = (file.metadata.keys.count, file.tensors.count)
        } catch {
            throw BenchmarkModel.LoadError(path: url.path, reason: error)
        }
        filename = url.path
        self.nanoseconds = nanoseconds
        self.vocabularyNanoseconds = vocabularyNanoseconds
    }

    package var record: Record {
        var record = Record()
        record.add("test", "load")
        record.add("model_filename", filename)
        record.add("n_keys", keyCount)
        record.add("n_tensors", tensorCount)
        record.add("avg_ns", nanoseconds.mean.rounded())
        record.add("stddev_ns", nanoseconds.standardDeviation.rounded())
        record.add("median_ns", nanoseconds.median.rounded())
        record.add("samples_ns", .numbers(nanoseconds))
        if !vocabularyNanoseconds.isEmpty {
            record.add("vocab_median_ns", vocabularyNanoseconds.median.rounded())
            record.add("vocab_samples_ns", .numbers(vocabularyNanoseconds))
        }
        return record
    }

    package static let columns: [TableColumn] = [
        TableColumn("test", isNumber: false) { $0["test"].text ?? "" },
        TableColumn("keys") { $0["n_keys"].formatted(0) },
        TableColumn("tensors") { $0["n_tensors"].formatted(0) },
        TableColumn("ms, median") { $0["median_ns"].formatted(2, scale: 1e-6) },
        TableColumn("± ms") { $0["stddev_ns"].formatted(2, scale: 1e-6) },
        TableColumn("vocabulary, ms") { $0["vocab_median_ns"].formatted(2, scale: 1e-6) },
    ]
}
