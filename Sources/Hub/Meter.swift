import Synchronization

/// Adds up what the files of a download have, and reports it.
final class Meter: Sendable {
    private let total: Int
    private let completed = Mutex(0)
    private let report: @Sendable (HubEvent) -> Void

    init(total: Int, _ report: @escaping @Sendable (HubEvent) -> Void) {
        (self.total, self.report) = (total, report)
    }

    /// Counts a file that is there already. Nothing is reported.
    func skip(_ count: Int) { completed.withLock { $0 += count } }

    /// - Parameter count: may be negative, if a file is begun anew.
    func add(_ count: Int, to file: String) {
        let sum = completed.withLock { sum in
            sum += count
            return sum
        }
        report(.progress(DownloadProgress(file: file, completedBytes: sum, totalBytes: total)))
    }
}
