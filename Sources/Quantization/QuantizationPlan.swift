internal import Assistant
package import GGUF
internal import Gemma4
internal import Tensor

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
    /// Whether all quantized tensors get the same format, even in a mix.
    package var isPure = false
    /// Whether quantized tensors may be quantized again.
    package var allowsRequantizing = false

    package init() {}
}

/// Assigns a format to each tensor of a file.
package struct QuantizationPlan: Sendable {
    package struct Entry: Sendable {
        package let tensor: TensorInfo
        package let type: TensorType
        /// Whether this type replaces another one, because the row length is not a multiple of that one's block size.
        package let isFallback: Bool

        package var isConverted: Bool { type != tensor.type }
        package var byteCount: Int { type.byteCount(of: tensor.rowLength) * tensor.rowCount }
    }

    package let fileType: FileType
    /// In the order of the file.
    package let entries: [Entry]

    package var fallbackCount: Int { entries.count { $0.isFallback } }

    /// - Throws: `QuantizationError`, or `GGUFError` if the file does not have the keys of a model.
    package init(_ file: GGUFFile, to fileType: FileType, _ options: QuantizationOptions = .init()) throws {
        let architecture = try file.metadata.string("general.architecture")
        guard architecture == Target.architecture || Drafter.architectures.contains(architecture) else {
            throw QuantizationError.architecture(architecture)
        }
        self.fileType = fileType
        let mix = Mix(
            fileType, layers: try file.metadata.integer(architecture + ".block_count"), tensors: file.tensors)
        var overrides: [(Regex<AnyRegexOutput>, TensorType)] = []
        for override in options.overrides {
            guard let regex = try? Regex(override.pattern).ignoresCase() else {
                throw QuantizationError.pattern(override.pattern)
            }
            overrides.append((regex, override.format))
        }
        entries = try file.tensors.map { tensor in
            let role = TensorRole(tensor)
            guard role != .kept else { return Entry(tensor: tensor, type: tensor.type, isFallback: false) }
            let wanted =
                if role == .tokenEmbedding, let format = options.tokenEmbedding {
                    format
                } else if role == .output, let format = options.output {
                    format
                } else if let (_, type) = overrides.first(where: { tensor.name.firstMatch(of: $0.0) != nil }) {
                    type
                } else if role == .tokenEmbedding, mix.isTied, let format = options.output {
                    format
                } else if options.isPure {
                    fileType.format
                } else {
                    mix.type(of: tensor, role, default: fileType.format)
                }
            let type = Self.fitting(wanted, tensor)
            let entry = Entry(tensor: tensor, type: type, isFallback: type != wanted)
            if entry.isConverted { try Self.checkConversion(of: tensor, to: type, options) }
            return entry
        }
    }

    /// `type`; if the row length is not a multiple of its block size, a type of smaller blocks and at least as many
    /// bits.
    private static func fitting(_ type: TensorType, _ tensor: TensorInfo) -> TensorType {
        func fits(_ type: TensorType) -> Bool { tensor.rowLength.isMultiple(of: type.blockSize) }
        return [type, type.ofSmallerBlocks, .f16].lazy.compactMap { $0 }.first(where: fits) ?? .f16
    }

    private static func checkConversion(
        of tensor: TensorInfo, to type: TensorType, _ options: QuantizationOptions
    ) throws(QuantizationError) {
        guard ElementFormats.traits(of: tensor.type) != nil else {
            throw .cannotDecode(tensor: tensor.name, type: tensor.type.name)
        }
        let isFloat = [.f32, .f16, .bf16].contains(tensor.type)
        guard isFloat || options.allowsRequantizing else {
            throw .requantization(tensor: tensor.name, from: tensor.type.name, to: type.name)
        }
    }
}
