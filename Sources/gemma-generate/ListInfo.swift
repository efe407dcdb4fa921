import CommandSupport
import Foundation
import GGUF
import Gemma

/// Prints the metadata and tensors of any GGUF file, even one that the engine cannot run, and what it would make of it.
func printInfo(of url: URL) throws {
    let listing: GGUFListing
    do {
        listing = try GGUFListing(contentsOf: url)
    } catch {
        throw GemmaError.cannotLoad(path: url.path, reason: error)
    }
    // A split model is listed whole if all of it can be opened.
    let tensors: [ListedTensor]
    let inspection: FileInspection
    do {
        let file = try GGUFFile(contentsOf: url)
        tensors = file.tensors.map(ListedTensor.init)
        inspection = FileInspection(file)
    } catch {
        tensors = listing.tensors.map(ListedTensor.init)
        inspection = FileInspection(listing, unreadable: error)
    }
    var lines = ["GGUF version \(listing.version), alignment \(listing.alignment)", ""]
    for key in listing.metadata.keys {
        lines.append("\(printable(key)) = \(listing.metadata[key].map(summary) ?? "")")
    }
    lines.append("")
    lines += tensors.map(\.line)
    lines += [totals(tensors), ""] + findings(inspection)
    try StandardOutput.write(lines.joined(separator: "\n") + "\n")
}

// MARK: - Tensors

private struct ListedTensor {
    let name: String
    let type: String
    let shape: String
    let byteCount: UInt64?

    init(_ tensor: TensorInfo) {
        name = tensor.name
        type = tensor.type.name
        shape = tensor.dimensions.map(String.init).joined(separator: " x ")
        byteCount = UInt64(tensor.byteCount)
    }

    init(_ tensor: GGUFListing.Tensor) {
        name = tensor.name
        type = tensor.type?.name ?? "type \(tensor.typeID)"
        shape = tensor.dimensions.map(String.init).joined(separator: " x ")
        byteCount = tensor.byteCount
    }

    var line: String { "\(printable(name))  \(type)  [\(shape)]  \(byteCount.map { "\($0)" } ?? "?") bytes" }
}

/// The number of tensors of each type, and of all bytes.
private func totals(_ tensors: [ListedTensor]) -> String {
    var counts: [String: Int] = [:]
    for tensor in tensors { counts[tensor.type, default: 0] += 1 }
    let types = counts.sorted { ($1.value, $0.key) < ($0.value, $1.key) }.map { "\($0.key) \($0.value)" }
    // Offsets of a damaged file may be of any size.
    let bytes = tensors.reduce(0 as UInt64) { sum, tensor in
        let (total, overflow) = sum.addingReportingOverflow(tensor.byteCount ?? 0)
        return overflow ? .max : total
    }
    return "\(tensors.count) tensors, \(bytes) bytes" + (types.isEmpty ? "" : ": \(types.joined(separator: ", "))")
}

// MARK: - What the engine makes of it

private func findings(_ inspection: FileInspection) -> [String] {
    var lines: [String] = []
    if !inspection.ends.isEmpty {
        lines.append("generation ends at:")
        lines += inspection.ends.map { end, text in
            let reasons = end.keys + (end.isKnownText ? ["its text"] : [])
            return "  \(end.token) \(quoted(text)), by \(reasons.isEmpty ? "default" : reasons.joined(separator: ", "))"
        }
    }
    if inspection.suppressedCount > 0 { lines.append("never written: \(inspection.suppressedCount) tokens") }
    for (reason, tensors) in inspection.ignored { lines.append("without effect (\(reason)): \(list(tensors))") }
    if !inspection.unusedKeys.isEmpty { lines.append("not used: metadata keys \(list(inspection.unusedKeys))") }
    if inspection.refusals.isEmpty, let role = inspection.role {
        lines.append("can be used as a \(role.rawValue)")
    }
    let shown = 50
    for refusal in inspection.refusals.prefix(shown) {
        lines.append("would be refused: \(errorLine(explanation(of: refusal.error)))")
        if !refusal.alike.isEmpty {
            lines.append("  the same goes for \(list(refusal.alike))")
        }
    }
    let rest = inspection.refusals.count - shown
    if rest > 0 { lines.append("would be refused: \(rest) more reasons") }
    return lines
}

/// Some names, and how many there are if they are more.
private func list(_ names: [String]) -> String {
    let shown = 3
    let list = names.prefix(shown).map { printable($0) }.joined(separator: ", ")
    return names.count > shown ? "\(list), ... (\(names.count))" : list
}

// MARK: - Values

private func quoted(_ text: String) -> String {
    let longest = 120
    let line = printable(shortened(text, to: longest, head: longest).debugDescription)
    return text.unicodeScalars.dropFirst(longest).isEmpty ? line : "\(line) (\(text.utf8.count) bytes)"
}

/// A value on one line; long ones are cut.
private func summary(_ value: GGUFValue) -> String {
    switch value {
    case .string(let text):
        return quoted(text)
    case .array(let array):
        let shown = 8
        let elements =
            array.strings.map { $0.prefix(shown).map { quoted(String(decoding: $0, as: UTF8.self)) } }
            ?? (0..<min(shown, array.count)).compactMap { array.element(at: $0).map(summary) }
        let more = array.count > shown ? ", ... (\(array.count))" : ""
        return "[\(elements.joined(separator: ", "))\(more)]"
    case .uint8(let value): return "\(value)"
    case .int8(let value): return "\(value)"
    case .uint16(let value): return "\(value)"
    case .int16(let value): return "\(value)"
    case .uint32(let value): return "\(value)"
    case .int32(let value): return "\(value)"
    case .uint64(let value): return "\(value)"
    case .int64(let value): return "\(value)"
    case .float32(let value): return "\(value)"
    case .float64(let value): return "\(value)"
    case .bool(let value): return "\(value)"
    }
}
