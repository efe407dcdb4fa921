package import GGUF
package import Tensor

/// A model's file by our names, whatever its converter called things, and a record of the tensors that were read.
///
/// What is left in the end is either ignored for a stated reason or changes the result: then the file is refused (see
/// `checkNothingIsLeft`).
package final class ModelFile {
    package let file: GGUFFile
    /// What `general.architecture` says, which is also the prefix of the keys.
    package let architecture: String

    /// The keys that were asked for, as the file calls them. By bytes, as a stranger's keys are compared with them.
    private var usedKeys: Set<[UInt8]> = []
    /// The text model's tensors by our names, `.weight` left out.
    private var tensors: [String: TensorInfo] = [:]
    /// Our names of the tensors that were read.
    private var applied: Set<String> = []
    /// Our names of tensors that have no effect, and why.
    private var ignored: [String: String] = [:]

    /// - Parameter architectures: the ones that the file may have, the usual one first.
    /// - Throws: `ModelError` for another architecture, or for two tensors that are the same by our names.
    package init(_ file: GGUFFile, architectures: [String]) throws {
        self.file = file
        let keys = file.metadata
        if keys["general.architecture"] == nil, let type = try? keys.string("general.type"),
            !type.utf8.elementsEqual("model".utf8)
        {
            throw ModelError.notAModel(type: type)
        }
        let found = try keys.string("general.architecture")
        // By bytes: String's equality may take quadratic time for what a stranger wrote.
        guard let architecture = architectures.first(where: { found.utf8.elementsEqual($0.utf8) }) else {
            throw ModelError.wrongArchitecture(expected: architectures[0], found: found)
        }
        self.architecture = architecture
        for tensor in file.tensors {
            guard let name = NameTable.ours(tensor.name) else { continue }
            if let other = tensors.updateValue(tensor, forKey: name) {
                throw ModelError.sameTensor(other.name, tensor.name)
            }
        }
    }

    // MARK: - Keys

    /// The key that our `name` stands for in this file: with the architecture before it, and as another converter calls
    /// it if only that is there. Notes that it is used.
    package func key(_ name: String) -> String {
        let key = nameInFile(name)
        usedKeys.insert(Array(key.utf8))
        return key
    }

    private func nameInFile(_ name: String) -> String {
        let ours = "\(architecture).\(name)"
        guard file.metadata[ours] == nil, let others = NameTable.keys[name] else { return ours }
        return others.map { "\(architecture).\($0)" }.first { file.metadata[$0] != nil } ?? ours
    }

    /// Keys that change the result and that nothing applies.
    package func unappliedKeys() -> [ModelError] {
        let width = file.metadata[key("embedding_length")]?.number
        return NameTable.unappliedKeys.compactMap { name, neutral in
            let key = key(name)
            guard let value = file.metadata[key], !neutral.contains(where: { $0.equals(value, width: width) }) else {
                return nil
            }
            return .unappliedKey(key: key, value: value.summary, neutral: neutral.map(\.description))
        }
    }

    /// - Throws: `ModelError.unappliedKey` for the first key that changes the result and that nothing applies.
    package func checkKeys() throws(ModelError) {
        if let error = unappliedKeys().first { throw error }
    }

    /// The architecture's keys that nothing asked for, in the order of the file. To be asked after everything was read.
    package func unusedKeys() -> [String] {
        let prefix = architecture + "."
        let used = usedKeys.union(NameTable.informativeKeys.map { Array((prefix + $0).utf8) })
        return file.metadata.keys.filter { $0.utf8.starts(with: prefix.utf8) && !used.contains(Array($0.utf8)) }
    }

    // MARK: - Tensors

    /// Whether the file has a tensor. Names are ours, without `.weight`.
    package func has(_ name: String) -> Bool { tensors[name] != nil }

    package func tensor(_ name: String) -> TensorInfo? { tensors[name] }

    /// The tensor as a matrix, with the scale that products with it are to be multiplied by if the file has one.
    /// - Parameter shape: row-major; leading dimensions count as rows.
    package func matrix(_ name: String, shape: [Int]) throws -> Matrix {
        let matrix = try unscaledMatrix(name, shape: shape)
        guard has(name + NameTable.scale) else { return matrix }
        return matrix.scaled(by: try vector(name + NameTable.scale, count: 1)[0])
    }

    /// One matrix for each expert; the file may have a scale for all of them or one for each.
    /// - Parameter shape: row-major, `[experts, rows, columns]`.
    package func matrices(_ name: String, shape: [Int], isScaled: Bool = true) throws -> [Matrix] {
        let (all, count) = (try unscaledMatrix(name, shape: shape), shape[0])
        let experts = (0..<count).map { all[$0 * shape[1]..<($0 + 1) * shape[1]] }
        guard isScaled, let scale = tensors[name + NameTable.scale] else { return experts }
        let scales = try vector(name + NameTable.scale, count: scale.elementCount == 1 ? 1 : count)
        return experts.enumerated().map { $1.scaled(by: scales[scales.count == 1 ? 0 : $0]) }
    }

    /// The tensor as a matrix whose `.scale`, if there is one, means something else.
    package func unscaledMatrix(_ name: String, shape: [Int]) throws -> Matrix {
        try file.matrix(read(name), shape: shape)
    }

    /// The tensor decoded to floats; for small ones such as norms.
    package func vector(_ name: String, count: Int) throws -> FloatBuffer {
        try file.vector(read(name), count: count)
    }

    /// The integers of the tensor, whatever its shape.
    package func int32s(_ name: String, count: Int) throws -> [Int32] { try file.int32s(read(name), count: count) }

    /// The tensor's name in the file; notes that it is applied.
    private func read(_ name: String) -> String {
        applied.insert(name)
        return tensors[name]?.name ?? name + (name.hasSuffix(NameTable.scale) ? "" : ".weight")
    }

    // MARK: - What is left

    /// Says that a tensor, and what belongs to it, has no effect in this file.
    package func ignore(_ name: String, because reason: String) {
        for suffix in ["", NameTable.scale, NameTable.bias] where has(name + suffix) {
            ignored[name + suffix] = reason
        }
    }

    /// Says that the tensors of a drafter have no effect in this file.
    func ignoreDrafter() {
        for name in tensors.keys where NameTable.belongsToDrafter(name) { ignored[name] = "part of a drafter" }
    }

    /// What becomes of each tensor of the file. To be asked after everything was read.
    /// - Parameter isComplete: whether it was, without an error on the way.
    package func audit(isComplete: Bool = true) -> [TensorVerdict] {
        var names: [String: String] = [:]
        for (ours, tensor) in tensors { names[tensor.name] = ours }
        return file.tensors.map { tensor in
            guard let name = names[tensor.name] else {
                return TensorVerdict(tensor: tensor, fate: .ignored("no part of the text model"))
            }
            return TensorVerdict(tensor: tensor, fate: fate(name, isComplete: isComplete))
        }
    }

    private func fate(_ name: String, isComplete: Bool) -> TensorVerdict.Fate {
        if applied.contains(name) { return .applied }
        if let reason = ignored[name] { return .ignored(reason) }
        if name.hasSuffix(NameTable.inputScale) { return .ignored("a scale of activations, which stay as they are") }
        if name.hasSuffix(NameTable.bias) { return .refused("Gemma 4 has no biases") }
        let perLayer = "embedding_length_per_layer_input"
        if name.hasPrefix("per_layer_") || ["inp_gate", "proj", "post_norm"].contains(NameTable.layer(of: name)?.name) {
            let key = key(perLayer)
            if file.metadata[key]?.number ?? 0 == 0 {
                return .refused("metadata key \(key) is \(file.metadata[key]?.summary ?? "missing")")
            }
        }
        if let (layer, _) = NameTable.layer(of: name), let count = file.metadata[key("block_count")]?.integer,
            layer >= count
        {
            return .refused("metadata key \(key("block_count")) is \(count)")
        }
        guard isComplete else { return .unread }
        guard name.hasSuffix(NameTable.scale) else { return .refused("it is not known here") }
        let owner = String(name.dropLast(NameTable.scale.count))
        return .refused(
            has(owner) ? "only matrices can have a scale" : "the file has no tensor \(owner).weight")
    }

    /// - Throws: `ModelError.unappliedTensor` for the first tensor that may change the result and was not read.
    package func checkNothingIsLeft() throws(ModelError) {
        for verdict in audit() {
            if case .refused(let reason) = verdict.fate {
                throw .unappliedTensor(verdict.tensor.name, reason: reason)
            }
        }
    }
}

/// What becomes of a tensor of a model's file.
package struct TensorVerdict: Sendable {
    package enum Fate: Sendable, Equatable {
        case applied
        /// It has no effect on the text.
        case ignored(String)
        /// It may have one, and is not applied.
        case refused(String)
        /// Reading ended before it with an error.
        case unread
    }

    package let tensor: TensorInfo
    package let fate: Fate
}

extension NameTable.NeutralValue {
    /// - Parameter width: the embedding length.
    fileprivate func equals(_ value: GGUFValue, width: Double?) -> Bool {
        if case .array(let array) = value {
            // One for each layer at most.
            guard array.count <= Limits.layers.upperBound else { return false }
            return (0..<array.count).allSatisfy { array.element(at: $0).map { equals($0, width: width) } ?? false }
        }
        return switch (self, value) {
        case (.number(let neutral), _): value.number == neutral
        case (.flag(let neutral), .bool(let flag)): flag == neutral
        case (.text(let neutral), .string(let text)): text.utf8.elementsEqual(neutral.utf8)
        case (.rootOfWidth, _):
            if let number = value.number, let root = width?.squareRoot() {
                abs(number - root) <= root / 256
            } else {
                false
            }
        default: false
        }
    }
}

extension GGUFValue {
    /// The value in a few words, for a message.
    fileprivate var summary: String {
        switch self {
        case .string(let text): String(text.unicodeScalars.prefix(60)).debugDescription
        case .array(let array): "an array of \(array.count)"
        case .bool(let flag): "\(flag)"
        default: number.map { $0 == $0.rounded() && abs($0) < 1e15 ? "\(Int($0))" : "\($0)" } ?? "\(self)"
        }
    }
}
