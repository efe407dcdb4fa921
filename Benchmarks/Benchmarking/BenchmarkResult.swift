package import Foundation
package import Gemma4
package import Platform
internal import Tensor

/// A measurement and its circumstances.
package struct BenchmarkResult: Sendable {
    package let measurement: Measurement
    package let model: BenchmarkModel
    package let threads: Int
    package let cacheTypes: CacheTypes
    package let cacheByteCount: Int
    package let batchLength: Int
    package let time: Date
    /// The read bandwidth of the machine in bytes per second, measured right after the test. Only for decodes.
    package let readBandwidth: Double?
    package let memory: ResidentMemory?

    package init(
        _ measurement: Measurement, by bench: Bench, time: Date, readBandwidth: Double?, memory: ResidentMemory?
    ) {
        self.measurement = measurement
        model = bench.model
        threads = bench.compute.pool.threadCount
        cacheTypes = bench.cacheTypes
        cacheByteCount = bench.cacheByteCount
        batchLength = bench.batchLength
        self.time = time
        self.readBandwidth = readBandwidth
        self.memory = memory
    }

    /// The fields of llama-bench under the same names, then our own.
    package var record: Record {
        var record = Record()
        record.add("test", measurement.test.name)
        record.add("model_filename", model.filename)
        record.add("model_type", model.type)
        record.add("model_size", model.size)
        record.add("model_n_params", model.parameterCount)
        record.add("n_batch", batchLength)
        record.add("n_threads", threads)
        record.add("kernels", Kernels.current.form.rawValue)
        record.add("type_k", cacheTypes.key.rawValue)
        record.add("type_v", cacheTypes.value.rawValue)
        record.add("cache_bytes", cacheByteCount)
        addTest(to: &record)
        record.add("test_time", time.formatted(.iso8601))
        record.add("avg_ns", measurement.nanoseconds.mean.rounded())
        record.add("stddev_ns", measurement.nanoseconds.standardDeviation.rounded())
        record.add("avg_ts", measurement.rates.mean)
        record.add("stddev_ts", measurement.rates.standardDeviation)
        record.add("samples_ns", .numbers(measurement.nanoseconds))
        record.add("samples_ts", .numbers(measurement.rates))
        let bytes = measurement.bytesPerSecond
        record.add("gb_per_s", bytes.map { $0 / 1e9 })
        record.add("read_gb_per_s", readBandwidth.map { $0 / 1e9 })
        record.add("bandwidth_share", bytes.flatMap { bytes in readBandwidth.map { bytes / $0 } })
        record.add("resident_mapped_bytes", memory?.mapped)
        record.add("resident_own_bytes", memory?.own)
        record.add("peak_resident_bytes", memory?.peak)
        return record
    }

    private func addTest(to record: inout Record) {
        var (prompt, generated, rows) = (0, 0, 1)
        var head: DraftHead?
        var plan: SpeculationPlan?
        switch measurement.test {
        case .prompt(let tokens, _): prompt = tokens
        case .decode(let passes, let count, _): (generated, rows) = (passes, count)
        case .draft(let steps, let which, _): (generated, head) = (steps, which)
        case .speculative(let tokens, let how, _): (generated, plan) = (tokens, how)
        }
        record.add("n_prompt", prompt)
        record.add("n_gen", generated)
        record.add("n_depth", measurement.test.depth)
        record.add("n_rows", rows)
        record.add("draft_head", head.map(\.rawValue))
        record.add("draft_n_max", plan?.length.description)
        // As given by the option; empty if the target decides.
        let rates = (plan?.rates ?? []).map { "\($0)" }.joined(separator: ",")
        record.add("spec_synth_rates", rates.isEmpty ? nil : rates)
        record.add("draft_n", plan == nil ? nil : measurement.draftCount)
        record.add("draft_n_accepted", plan == nil ? nil : measurement.acceptedCount)
    }

    /// The columns of a table of records.
    package static let columns = [
        TableColumn("model", isNumber: false) { $0["model_type"].text ?? "" },
        TableColumn("size") { $0["model_size"].formatted(2, scale: 1e-9, unit: " GB") },
        TableColumn("cache", isNumber: false) { record in
            let (key, value) = (record["type_k"].text ?? "", record["type_v"].text ?? "")
            return key == value ? key : "\(key), \(value)"
        },
        TableColumn("cache MB") { $0["cache_bytes"].formatted(1, scale: 1e-6) },
        TableColumn("threads") { $0["n_threads"].formatted(0) },
        TableColumn("test", isNumber: false) { $0["test"].text ?? "" },
        TableColumn("t/s") { "\($0["avg_ts"].formatted(2)) ± \($0["stddev_ts"].formatted(2))" },
        TableColumn("ms each") { record in record["avg_ts"].number.map { String(format: "%.3f", 1e3 / $0) } ?? "" },
        TableColumn("GB/s") { $0["gb_per_s"].formatted(1) },
        TableColumn("read GB/s") { $0["read_gb_per_s"].formatted(1) },
        TableColumn("share") { $0["bandwidth_share"].formatted(1, scale: 100, unit: " %%") },
        TableColumn("accepted") { record in
            guard let drafts = record["draft_n"].number, let accepted = record["draft_n_accepted"].number else {
                return ""
            }
            return String(format: "%.0f of %.0f", accepted, drafts)
        },
        TableColumn("mapped GB") { $0["resident_mapped_bytes"].formatted(2, scale: 1e-9) },
        TableColumn("own GB") { $0["resident_own_bytes"].formatted(2, scale: 1e-9) },
        TableColumn("peak GB") { $0["peak_resident_bytes"].formatted(2, scale: 1e-9) },
    ]
}
