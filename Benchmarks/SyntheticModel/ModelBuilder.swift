internal import GGUF

/// Adds keys and random tensors to a file. Names are given without the architecture and without `.weight`.
struct ModelBuilder {
    private(set) var writer = GGUFWriter()
    private let architecture: String
    private let type: WeightType

    init(architecture: String, name: String, type: WeightType) {
        self.architecture = architecture
        self.type = type
        // A new file does not have keys that these could repeat.
        try? writer.metadata.add("general.architecture", .string(architecture))
        try? writer.metadata.add("general.name", .string(name))
    }

    // MARK: - Keys

    mutating func add(_ key: String, _ value: GGUFValue) throws(GGUFError) {
        try writer.metadata.add("\(architecture).\(key)", value)
    }

    mutating func add(_ key: String, _ value: Int) throws(GGUFError) { try add(key, .uint32(UInt32(value))) }

    mutating func add(_ key: String, _ values: [Int]) throws(GGUFError) {
        try add(key, .array(GGUFArray(values.map(Int32.init))))
    }

    /// The keys that target and drafter share. `sliding` has an entry for each layer.
    mutating func addAttentionKeys(_ shapes: Shapes, sliding: [Bool]) throws(GGUFError) {
        try add("context_length", Preset.contextLength)
        try add("block_count", sliding.count)
        try add("attention.layer_norm_rms_epsilon", .float32(1e-6))
        try add("attention.sliding_window", shapes.window)
        try add("attention.sliding_window_pattern", .array(GGUFArray(sliding)))
        for (suffix, width) in [("", shapes.fullHeadWidth), ("_swa", shapes.headWidth)] {
            try add("attention.key_length" + suffix, width)
            try add("attention.value_length" + suffix, width)
            try add("rope.dimension_count" + suffix, width)
        }
        try add("attention.head_count_kv", sliding.map(shapes.keyValueHeads))
        try add("rope.freq_base", .float32(1e6))
        try add("rope.freq_base_swa", .float32(1e4))
    }

    // MARK: - Tensors

    /// Entries with a standard deviation of 1 / sqrt(columns), which keeps the size of activations.
    /// - Parameter count: of matrices, one after another, in a tensor of three dimensions; nil for one of two.
    mutating func add(matrix name: String, _ rows: Int, _ columns: Int, count: Int? = nil) throws(GGUFError) {
        let (random, deviation) = (RandomValues(name), 1 / Float(columns).squareRoot())
        let type = type.fitting(columns: columns)
        let dimensions = [columns, rows] + (count.map { [$0] } ?? [])
        try writer.add(tensor: name + ".weight", dimensions: dimensions, type: type.tensorType) { offset, bytes in
            type.fill(bytes, offset: offset, random, deviation: deviation)
        }
    }

    mutating func add(norm name: String, _ count: Int) throws(GGUFError) {
        try add(norm: name, factors: [Float](repeating: 1, count: count))
    }

    /// Weights of about `factors`.
    mutating func add(norm name: String, factors: [Float]) throws(GGUFError) {
        let random = RandomValues(name)
        try add(vector: name, factors.enumerated().map { $1 * (1 + 0.05 * random.value($0)) })
    }

    mutating func add(permutation name: String, _ count: Int) throws(GGUFError) {
        let order = RandomValues(name).permutation(count)
        let bytes = order.withUnsafeBytes { Array($0) }  // little-endian, like every machine that Swift runs on
        try writer.add(tensor: name, dimensions: [count], type: .i32, bytes: bytes)
    }

    /// Full layers rotate a quarter of each head. The other frequencies are divided by so much that nothing rotates.
    mutating func addRotaryFactors(_ shapes: Shapes) throws(GGUFError) {
        let rotated = shapes.fullHeadWidth / 8
        try add(
            vector: "rope_freqs", (0..<shapes.fullHeadWidth / 2).map { $0 < rotated ? 1 : 1e30 })
    }

    /// The tensors that layers of target and drafter have in common.
    /// - Parameter keyFactors: of the channels of the keys that the layer reads. Queries have the inverse.
    mutating func addLayer(
        _ prefix: String, embedding: Int, queryWidth: Int, keyFactors: [Float], feedForward: Int
    ) throws(GGUFError) {
        for name in ["attn_norm", "post_attention_norm", "ffn_norm", "post_ffw_norm"] {
            try add(norm: prefix + name, embedding)
        }
        try add(matrix: prefix + "attn_q", queryWidth, embedding)
        try add(norm: prefix + "attn_q_norm", factors: keyFactors.map { 1 / $0 })
        try add(matrix: prefix + "attn_output", embedding, queryWidth)
        try add(matrix: prefix + "ffn_gate", feedForward, embedding)
        try add(matrix: prefix + "ffn_up", feedForward, embedding)
        try add(matrix: prefix + "ffn_down", embedding, feedForward)
        try add(vector: prefix + "layer_output_scale", [0.7])
    }

    /// The experts beside a layer's feed-forward network, and their router.
    mutating func addExperts(_ prefix: String, _ experts: ExpertShapes, embedding: Int) throws(GGUFError) {
        for name in ["pre_ffw_norm_2", "post_ffw_norm_1", "post_ffw_norm_2"] {
            try add(norm: prefix + name, embedding)
        }
        try add(matrix: prefix + "ffn_gate_inp", experts.count, embedding)
        try add(vector: prefix + "ffn_gate_inp", [Float](repeating: 1, count: embedding), suffix: ".scale")
        try add(matrix: prefix + "ffn_gate_up_exps", 2 * experts.feedForward, embedding, count: experts.count)
        try add(matrix: prefix + "ffn_down_exps", embedding, experts.feedForward, count: experts.count)
        try add(vector: prefix + "ffn_down_exps", [Float](repeating: 1, count: experts.count), suffix: ".scale")
    }

    private mutating func add(
        vector name: String, _ values: [Float], suffix: String = ".weight"
    ) throws(GGUFError) {
        try writer.add(
            tensor: name + suffix, dimensions: [values.count], type: .f32,
            bytes: values.withUnsafeBytes { Array($0) })
    }
}
