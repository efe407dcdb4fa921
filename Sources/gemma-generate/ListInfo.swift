import CommandSupport
import Foundation
import GGUF
import Gemma

/// Prints the metadata and tensors of any GGUF file, even one that the engine cannot run.
func listInfo(_ url: URL) throws {
    let file: GGUFFile
    do {
        file = try GGUFFile(contentsOf: url)
    } catch {
        throw GemmaError.cannotLoad(path: url.path, reason: error)
    }
    var lines = ["GGUF version \(file.version), alignment \(file.alignment)", ""]
    for key in file.metadata.keys { lines.append("\(printable(key)) = \(file.metadata[key].map(summary) ?? "")") }
    lines.append("")
    for tensor in file.tensors {
        let shape = tensor.dimensions.map(String.init).joined(separator: " x ")
        lines.append("\(printable(tensor.name))  \(tensor.type.name)  [\(shape)]  \(tensor.byteCount) bytes")
    }
    let bytes = file.tensors.reduce(0) { $0 + $1.byteCount }
    lines.append("\(file.tensors.count) tensors, \(bytes) bytes")
    try StandardOutput.write(lines.joined(separator: "\n") + "\n")
}

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
