package import GGUF
package import ImportanceMatrix

/// Overrides of the file type's defaults.
package struct QuantizationOptions: Sendable {
    /// A format for the tensors whose name matches a regular expression. The first override that matches is used.
    package struct Override: Sendable {
        package let pattern: String
        package let format: TensorType

        package init(pattern: String, format: TensorType) {
            self.pattern = pattern
            self.format = format
        }
    }

    package var overrides: [Override] = []
    package var tokenEmbedding: TensorType?
    package var output: TensorType?
    /// Whether an output matrix stays as it is.
    package var keepsOutput = false
    /// Whether all quantized tensors get the same format, even in a mix.
    package var isPure = false
    /// Whether quantized tensors may be quantized again.
    package var allowsRequantizing = false
    /// How much each column matters; nil if all matter alike.
    package var importance: Importance?

    package init() {}
}

/// An importance matrix, and what the new file says about it.
package struct Importance: Sendable {
    package let matrix: ImportanceMatrix
    /// The name of its file, as it was given.
    package let name: String

    package init(_ matrix: ImportanceMatrix, name: String) {
        self.matrix = matrix
        self.name = name
    }

    /// The keys that llama-quantize writes.
    var metadata: [(String, GGUFValue)] {
        let dataset = matrix.datasets.first.map { [("quantize.imatrix.dataset", GGUFValue.string(Self.cut($0)))] }
        return [("quantize.imatrix.file", .string(Self.cut(name)))] + (dataset ?? []) + [
            ("quantize.imatrix.entries_count", .uint32(UInt32(clamping: matrix.entries.count))),
            ("quantize.imatrix.chunks_count", .uint32(UInt32(clamping: matrix.chunkCount))),
        ]
    }

    /// At most 127 bytes, without a part of a scalar.
    private static func cut(_ text: String) -> String {
        // Not by characters: looking for where those end takes quadratic time for what a stranger may have written.
        (124...127).reversed().lazy.compactMap { String(text.utf8.prefix($0)) }.first ?? ""
    }
}
