import CommandSupport
import Foundation
import GGUF
import Logging
import Quantization
import Synchronization

/// The progress and the result of a plan, in the format of llama-quantize.
final class Report: Sendable {
    private let plan: QuantizationPlan
    private let state: Mutex<State>

    private struct State {
        var pace: Pace
        /// Whether the line of a tensor is unfinished.
        var isLineOpen = false
        /// When the current part of a tensor was begun, and how many of the tensor's values were done then.
        var time = ContinuousClock.now
        var done = 0
        /// When time was last estimated in a log that is not a terminal.
        var lastEstimate = ContinuousClock.now
    }

    init(_ plan: QuantizationPlan) {
        self.plan = plan
        state = Mutex(State(pace: Pace(plan.entries)))
    }

    /// A line for each tensor:
    /// `[   1/ 290] token_embd.weight - [ 1536, 262144], type = f16, size = 1 MiB -> 1 MiB (q8_0)`.
    var table: String {
        plan.entries.indices.map { index in
            let entry = plan.entries[index]
            return head(index) + sizes(entry) + (entry.isConverted ? " (\(name(entry.type)))\n" : "\n")
        }.joined()
    }

    /// Reports progress on standard error.
    func show(_ progress: Quantizer.Progress) {
        state.withLock { state in
            switch progress {
            case .began(let index):
                (state.time, state.done, state.isLineOpen) = (.now, 0, true)
                StandardError.write(begin(index))
            case .advanced(let index, let done):
                note(index, done: done, &state)
                guard StandardError.isTerminal, let left = state.pace.secondsLeft(at: index, done: done) else { return }
                let percent = 100 * done / max(1, plan.entries[index].tensor.elementCount)
                StandardError.write("\r\u{1B}[K\(begin(index))\(percent) %, \(remainingTime(left)) left")
            case .ended(let index):
                let count = plan.entries[index].tensor.elementCount
                note(index, done: count, &state)
                state.isLineOpen = false
                let start = StandardError.isTerminal ? "\r\u{1B}[K\(begin(index))" : ""
                StandardError.write(start + sizes(plan.entries[index]) + estimate(index, count, &state) + "\n")
            }
        }
    }

    private func note(_ index: Int, done: Int, _ state: inout State) {
        let now = ContinuousClock.now
        state.pace.add(index, values: done - state.done, seconds: (now - state.time) / .seconds(1))
        (state.time, state.done) = (now, done)
    }

    private static let secondsBetweenEstimates = 10.0

    /// The time left, on some lines of a log. A terminal shows it while a tensor is converted.
    private func estimate(_ index: Int, _ done: Int, _ state: inout State) -> String {
        let now = ContinuousClock.now
        guard !StandardError.isTerminal, now - state.lastEstimate > .seconds(Self.secondsBetweenEstimates),
            let left = state.pace.secondsLeft(at: index, done: done)
        else { return "" }
        state.lastEstimate = now
        return " (\(remainingTime(left)) left)"
    }

    private func begin(_ index: Int) -> String {
        let entry = plan.entries[index]
        return head(index) + (entry.isConverted ? "converting to \(name(entry.type)) .. " : "")
    }

    /// Ends an unfinished line, so that an error starts on a new one.
    func endLine() {
        state.withLock { state in
            if state.isLineOpen { StandardError.write("\n") }
            state.isLineOpen = false
        }
    }

    /// The total sizes before and after, and the bits per weight.
    var summary: String {
        let weights = plan.entries.reduce(0) { $0 + $1.tensor.elementCount }
        func line(_ name: String, _ bytes: Int) -> String {
            let bits = weights > 0 ? Double(bytes) * 8 / Double(weights) : 0
            return String(format: "\(name) = %8.2f MiB (%.2f BPW)\n", mebibytes(bytes), bits)
        }
        return line("model size ", plan.entries.reduce(0) { $0 + $1.tensor.byteCount })
            + line("quant size ", plan.entries.reduce(0) { $0 + $1.byteCount })
    }

    func warnOfFallbacks() {
        guard plan.fallbackCount > 0 else { return }
        Logger(label: "gemma").warning(
            """
            \(plan.fallbackCount) of \(counted(plan.entries.count, "tensor")) got another type, since their row length \
            is not a multiple of the block size
            """
        )
    }

    // MARK: - Parts of a line

    private func head(_ index: Int) -> String {
        let tensor = plan.entries[index].tensor
        let shape = tensor.dimensions.map { padded("\($0)", 5) }.joined(separator: ", ")
        let number = "[\(padded("\(index + 1)", 4))/\(padded("\(plan.entries.count)", 4))]"
        let shown = printable(tensor.name)
        let name = shown.padding(toLength: max(36, shown.count), withPad: " ", startingAt: 0)
        return "\(number) \(name) - [\(shape)], type = \(padded(self.name(tensor.type), 6)), "
    }

    private func sizes(_ entry: QuantizationPlan.Entry) -> String {
        let before = mebibytes(entry.tensor.byteCount)
        return entry.isConverted
            ? String(format: "size = %8.2f MiB -> %8.2f MiB", before, mebibytes(entry.byteCount))
            : String(format: "size = %8.3f MiB", before)
    }

    /// The type in the spelling of ggml: `q4_K`.
    private func name(_ type: TensorType) -> String {
        let name = type.name.lowercased()
        return name.hasSuffix("_k") ? name.dropLast() + "K" : name
    }

    private func padded(_ text: String, _ width: Int) -> String {
        String(repeating: " ", count: max(0, width - text.count)) + text
    }

    private func mebibytes(_ bytes: Int) -> Double { Double(bytes) / Double(1 << 20) }
}
