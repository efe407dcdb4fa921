internal import GGUF
internal import Gemma4

/// What a mix depends on besides the names of tensors.
struct ModelShape {
    let layers: Int
    /// Of layer 0.
    let headsPerKeyValueHead: Int
    /// Whether layers have experts.
    let isMixture: Bool
    /// Whether the token embeddings are also the output matrix.
    let isTied: Bool

    /// Indices by name, in the order of the layers.
    private let values: [String: Int]
    private let downs: [String: Int]

    /// - Throws: `GGUFError` for a key that is missing or of another type.
    init(_ file: GGUFFile, architecture: String) throws {
        let metadata = file.metadata
        let layersKey = "\(architecture).block_count"
        layers = try metadata.integer(layersKey)
        guard Limits.layers.contains(layers) else {
            throw GGUFError.outOfRange(key: layersKey, value: "\(layers)", expected: "1 to \(Limits.layers.upperBound)")
        }
        isMixture = try metadata.integerIfPresent("\(architecture).expert_count") ?? 0 > 0
        func heads(_ key: String) throws -> Int {
            guard case .array = metadata[key] else { return try metadata.integerIfPresent(key) ?? 1 }
            return try metadata.integers(key).first ?? 1
        }
        let keyValueHeads = try heads("\(architecture).attention.head_count_kv")
        headsPerKeyValueHead = try heads("\(architecture).attention.head_count") / max(1, keyValueHeads)
        isTied = file.tensor("output.weight") == nil
        values = Self.indices(of: .value, in: file.tensors)
        downs = Self.indices(of: .feedForwardDown, in: file.tensors)
    }

    var valueCount: Int { values.count }

    func valueIndex(_ tensor: TensorInfo) -> Int { values[tensor.name] ?? 0 }

    /// The index among all down projections, of which a layer with experts has two.
    func downIndex(_ tensor: TensorInfo) -> Int { downs[tensor.name] ?? 0 }

    private static func indices(of role: TensorRole, in tensors: [TensorInfo]) -> [String: Int] {
        let names = tensors.filter { TensorRole($0) == role }.map { (layer: $0.layer ?? 0, name: $0.name) }
            .sorted { ($0.layer, $0.name) < ($1.layer, $1.name) }.map(\.name)
        return Dictionary(zip(names, 0...)) { first, _ in first }
    }
}
