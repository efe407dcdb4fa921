internal import Assistant
package import GGUF
internal import Gemma4
internal import Tensor

/// Assigns a format to each tensor of a file.
package struct QuantizationPlan: Sendable {
    package struct Entry: Sendable {
        package let tensor: TensorInfo
        package let type: TensorType
        /// Whether this type replaces another one, because the row length is not a multiple of that one's block size.
        package let isFallback: Bool
        /// How much each column matters, `[experts or 1, columns]`; nil if all matter alike.
        let importance: [Float]?
        /// Whether the importance matrix should have an entry for it, and does not. Embeddings and the output matrix
        /// need none.
        package var lacksImportance = false

        package var isConverted: Bool { type != tensor.type }
        package var hasImportance: Bool { importance != nil }
        /// Whether it is encoded by its importance: some types have no choice to make by it.
        package var heedsImportance: Bool { hasImportance && type.heedsImportance }
        package var byteCount: Int { type.byteCount(of: tensor.rowLength) * tensor.rowCount }
    }

    package let fileType: FileType
    /// In the order of the file.
    package let entries: [Entry]
    let importance: Importance?

    package var fallbackCount: Int { entries.count { $0.isFallback } }

    /// - Throws: `QuantizationError`, or `GGUFError` if the file does not have the keys of a model.
    package init(_ file: GGUFFile, to fileType: FileType, _ options: QuantizationOptions = .init()) throws {
        let architecture = try file.metadata.string("general.architecture")
        guard architecture == Target.architecture || Drafter.architectures.contains(architecture) else {
            throw QuantizationError.architecture(architecture)
        }
        self.fileType = fileType
        guard let base = fileType.format else {
            importance = nil
            entries = file.tensors.map { Entry(tensor: $0, type: $0.type, isFallback: false, importance: nil) }
            return
        }
        importance = options.importance
        if let matrix = importance?.matrix, !file.tensors.contains(where: { matrix.entries[$0.name] != nil }) {
            throw QuantizationError.importanceOfOtherModel
        }
        let planner = try Planner(file, architecture, fileType, base: base, options)
        entries = try file.tensors.map { try planner.entry($0) }
    }
}

/// Decides tensor by tensor.
private struct Planner {
    private let fileType: FileType
    private let base: TensorType
    private let mix: Mix
    private let isTied: Bool
    private let options: QuantizationOptions
    private let overrides: [(Regex<AnyRegexOutput>, TensorType)]

    init(
        _ file: GGUFFile, _ architecture: String, _ fileType: FileType, base: TensorType, _ options: QuantizationOptions
    ) throws {
        let shape = try ModelShape(file, architecture: architecture)
        self.fileType = fileType
        self.base = base
        self.options = options
        isTied = shape.isTied
        mix = Mix(fileType, base: base, shape, hasImportance: options.importance != nil)
        overrides = try options.overrides.map { override in
            guard let regex = try? Regex(override.pattern).ignoresCase() else {
                throw QuantizationError.pattern(override.pattern)
            }
            return (regex, override.format)
        }
    }

    func entry(_ tensor: TensorInfo) throws(QuantizationError) -> QuantizationPlan.Entry {
        let role = TensorRole(tensor)
        guard role != .kept, !(role == .output && options.keepsOutput) else {
            return .init(tensor: tensor, type: tensor.type, isFallback: false, importance: nil)
        }
        let wanted = wantedType(tensor, role)
        let type = try fitting(wanted, tensor)
        guard type != tensor.type else {
            return .init(tensor: tensor, type: type, isFallback: type != wanted, importance: nil)
        }
        try checkConversion(of: tensor, to: type)
        let importance = try importance(of: tensor, role)
        if importance == nil, demandsImportance(type), role != .tokenEmbedding, role != .output {
            throw .needsImportance(tensor: tensor.name, type: type.name, isGiven: options.importance != nil)
        }
        var entry = QuantizationPlan.Entry(
            tensor: tensor, type: type, isFallback: type != wanted, importance: importance)
        entry.lacksImportance =
            options.importance != nil && importance == nil && type.heedsImportance && role != .tokenEmbedding
            && role != .output
        return entry
    }

    private func wantedType(_ tensor: TensorInfo, _ role: TensorRole) -> TensorType {
        if role == .tokenEmbedding, let format = options.tokenEmbedding { return format }
        if role == .output, let format = options.output { return format }
        if let (_, type) = overrides.first(where: { tensor.name.firstMatch(of: $0.0) != nil }) { return type }
        if role == .tokenEmbedding, isTied, let format = options.output { return format }
        return options.isPure ? base : mix.type(of: tensor, role)
    }

    /// `type`; if the row length is not a multiple of its block size, a type of smaller blocks and at least as many
    /// bits.
    private func fitting(_ type: TensorType, _ tensor: TensorInfo) throws(QuantizationError) -> TensorType {
        func fits(_ type: TensorType) -> Bool { tensor.rowLength.isMultiple(of: type.blockSize) }
        guard type != .q1_0 || fits(type) else {
            throw .rowDoesNotFit(
                tensor: tensor.name, rowLength: tensor.rowLength, type: type.name, blockSize: type.blockSize)
        }
        return [type, type.ofSmallerBlocks, .f16].lazy.compactMap { $0 }.first(where: fits) ?? .f16
    }

    private func checkConversion(of tensor: TensorInfo, to type: TensorType) throws(QuantizationError) {
        guard ElementFormats.traits(of: tensor.type) != nil else {
            throw .cannotDecode(tensor: tensor.name, type: tensor.type.name)
        }
        let isFloat = [.f32, .f16, .bf16].contains(tensor.type)
        guard isFloat || options.allowsRequantizing else {
            throw .requantization(tensor: tensor.name, from: tensor.type.name, to: type.name)
        }
    }

    // MARK: - Importance

    private func importance(of tensor: TensorInfo, _ role: TensorRole) throws(QuantizationError) -> [Float]? {
        guard let entry = options.importance?.matrix.entries[tensor.name] else { return nil }
        let expected = tensor.rowLength * tensor.sliceCount
        guard entry.sums.count == expected else {
            if role == .tokenEmbedding { return nil }
            throw .importanceSize(tensor: tensor.name, expected: expected, found: entry.sums.count)
        }
        return entry.weights
    }

    /// llama-quantize's rule.
    private func demandsImportance(_ type: TensorType) -> Bool {
        [.iq1_s, .iq1_m, .iq2_xxs, .iq2_xs, .iq2_s, .iq3_xxs].contains(type) || (type == .q2_k && fileType == .q2_K_S)
    }
}

extension TensorType {
    /// Whether its encoder makes choices by an importance matrix.
    fileprivate var heedsImportance: Bool { ElementFormats.traits(of: self).map { $0.importance != .ignored } ?? false }
}
