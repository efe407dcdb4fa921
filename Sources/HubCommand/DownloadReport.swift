internal import CommandSupport
import Hub
import Synchronization

/// Tells a user how a download goes: a line that changes on a terminal, and a line for each file elsewhere.
final class DownloadReport: Sendable {
    private struct State {
        var file: String?
        /// When the download began, and what was there before.
        var start: (time: ContinuousClock.Instant, bytes: Int)?
        var shown: ContinuousClock.Instant?
    }

    private let progress: ProgressLine
    private let state = Mutex(State())

    private static let interval = Duration.milliseconds(100)

    init(_ progress: ProgressLine) { self.progress = progress }

    func tell(_ event: HubEvent) {
        switch event {
        case .progress(let download): show(download)
        case .waiting(let file): progress.show("waiting for another process that downloads \(printable(file))")
        case .retrying(let error): notice("\(error); trying again")
        case .usingCache(let error): notice("\(error); using what was downloaded before")
        }
    }

    private func notice(_ text: String) {
        progress.clear()
        StandardError.write("notice: \(errorLine(text))\n")
    }

    private func show(_ download: DownloadProgress) {
        let now = ContinuousClock.now
        let (isNew, start) = state.withLock { state -> (Bool, (time: ContinuousClock.Instant, bytes: Int)?) in
            let isNew = state.file != download.file
            state.file = download.file
            if state.start == nil { state.start = (now, download.completedBytes) }
            if !isNew, let shown = state.shown, now - shown < Self.interval { return (false, nil) }
            state.shown = now
            return (isNew, state.start)
        }
        guard let start else { return }
        if isNew, !StandardError.isTerminal {
            StandardError.write(
                "downloading \(printable(download.file)): \(Self.amount(download.completedBytes)) of "
                    + "\(Self.amount(download.totalBytes)) are there\n")
        }
        progress.show(Self.line(download, bytes: download.completedBytes - start.bytes, in: now - start.time))
    }

    /// `downloading NAME: 1.20 of 3.11 GB, 85 MB/s, 22 s left`
    static func line(_ download: DownloadProgress, bytes: Int, in time: Duration) -> String {
        let name = printable(shortened(download.file, to: 60, head: 28, tail: 28))
        let start = "downloading \(name): \(amount(download.completedBytes)) of \(amount(download.totalBytes))"
        let seconds = time / .seconds(1)
        guard bytes > 0, seconds > 0.5 else { return start }
        let rate = Double(bytes) / seconds
        let rest = Double(download.totalBytes - download.completedBytes) / rate
        return "\(start), \(amount(Int(rate)))/s, \(remainingTime(rest)) left"
    }

    /// `850 kB`, `12 MB`, `3.11 GB`
    private static func amount(_ bytes: Int) -> String {
        switch bytes {
        case ..<1_000_000: return "\((bytes + 500) / 1000) kB"
        case ..<1_000_000_000: return "\((bytes + 500_000) / 1_000_000) MB"
        default:
            let hundredths = (bytes + 5_000_000) / 10_000_000
            let fraction = hundredths % 100
            return "\(hundredths / 100).\(fraction < 10 ? "0" : "")\(fraction) GB"
        }
    }
}
