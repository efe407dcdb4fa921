import ArgumentParser
import CommandSupport
import Foundation
import GGUF
import Quantization
import Tensor

/// The positional arguments, as llama-quantize takes them: `IN [OUT] TYPE [THREADS]`.
struct Request {
    let input: URL
    let output: URL
    /// Whether the user did not name the output.
    let isOutputDerived: Bool
    let type: FileType
    let threads: Int

    init(input: String, rest: [String], threads: ThreadOptions) throws {
        self.input = URL(fileURLWithPath: input)
        var rest = rest[...]
        var output: String?
        // If the first word is a type, there is no name.
        if rest.count > 1, let first = rest.first, FileType(first) == nil { output = rest.removeFirst() }
        guard let name = rest.popFirst() else { throw ValidationError("the type is missing; \(Self.types)") }
        guard let type = FileType(name) else { throw ValidationError("'\(name)' is not a type; \(Self.types)") }
        self.type = type
        isOutputDerived = output == nil
        self.output =
            output.map { URL(fileURLWithPath: $0) }
            ?? self.input.deletingLastPathComponent().appendingPathComponent("ggml-model-\(type.rawValue).gguf")

        let count = rest.popFirst()
        guard rest.isEmpty else { throw ValidationError("'\(rest[rest.startIndex])' is an extra argument") }
        let wanted = count.map { Int($0) ?? 0 } ?? threads.count
        guard ThreadOptions.range.contains(wanted) else {
            throw ValidationError(
                "threads is \(count ?? "\(wanted)"); expected 1 to \(ThreadOptions.range.upperBound)")
        }
        self.threads = wanted
    }

    private static var types: String {
        "expected one of \(FileType.allCases.map(\.rawValue).joined(separator: ", "))"
    }
}

/// A format named on the command line.
struct TensorFormat: ExpressibleByArgument {
    let format: TensorType

    init?(argument: String) {
        guard let format = Encoders.format(argument) else { return nil }
        self.format = format
    }

    static var allValueStrings: [String] { Encoders.all.map { $0.name } }
}

/// `NAME=TYPE`
struct TensorOverride: ExpressibleByArgument {
    let pattern: String
    let format: TensorType

    init?(argument: String) {
        guard let equals = argument.lastIndex(of: "="), equals != argument.startIndex,
            let format = Encoders.format(String(argument[argument.index(after: equals)...]))
        else { return nil }
        pattern = String(argument[..<equals])
        self.format = format
    }
}
