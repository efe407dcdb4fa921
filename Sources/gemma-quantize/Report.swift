import CommandSupport
import Foundation
import GGUF
import Logging
import Quantization
import Synchronization

/// The progress and the result of a plan, in the format of llama-quantize.
final class Report: Sendable {
    private let plan: QuantizationPlan
    /// Whether the line of a tensor is unfinished.
    private let isLineOpen = Mutex(false)

    init(_ plan: QuantizationPlan) { self.plan = plan }

    /// A line for each tensor:
    /// `[   1/ 290] token_embd.weight - [ 1536, 262144], type = f16, size = 1 MiB -> 1 MiB (q8_0)`.
    var table: String {
        plan.entries.indices.map { index in
            let entry = plan.entries[index]
            return head(index) + sizes(entry) + (entry.isConverted ? " (\(name(entry.type)))\n" : "\n")
        }.joined()
    }

    /// Reports on standard error that a tensor was begun or ended.
    func show(_ progress: Quantizer.Progress) {
        switch progress {
        case .began(let index):
            let entry = plan.entries[index]
            isLineOpen.withLock { $0 = true }
            StandardError.write(head(index) + (entry.isConverted ? "converting to \(name(entry.type)) .. " : ""))
        case .ended(let index):
            StandardError.write(sizes(plan.entries[index]) + "\n")
            isLineOpen.withLock { $0 = false }
        }
    }

    /// Ends an unfinished line, so that an error starts on a new one.
    func endLine() {
        isLineOpen.withLock { isOpen in
            if isOpen { StandardError.write("\n") }
            isOpen = false
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
            \(plan.fallbackCount) of \(plan.entries.count) tensors got another type, since their row length is not a \
            multiple of the block size
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
