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
        try add("context_length", 131_072)
        try add("block_count", sliding.count)
        try add("attention.layer_norm_rms_epsilon", .float32(1e-6))
        try add("attention.sliding_window", shapes.window)
        try add("attention.sliding_window_pattern", .array(GGUFArray(sliding)))
        for (suffix, width) in [("", shapes.fullHeadWidth), ("_swa", shapes.headWidth)] {
            try add("attention.key_length" + suffix, width)
            try add("attention.value_length" + suffix, width)
            try add("rope.dimension_count" + suffix, width)
        }
        try add("rope.freq_base", .float32(1e6))
        try add("rope.freq_base_swa", .float32(1e4))
    }

    // MARK: - Tensors

    /// Entries with a standard deviation of 1 / sqrt(columns), which keeps the size of activations.
    mutating func add(matrix name: String, _ rows: Int, _ columns: Int) throws(GGUFError) {
        let (random, deviation) = (RandomValues(name), 1 / Float(columns).squareRoot())
        let type = type.fitting(columns: columns)
        try writer.add(tensor: name + ".weight", dimensions: [columns, rows], type: type.tensorType) { offset, bytes in
            type.fill(bytes, offset: offset, random, deviation: deviation)
        }
    }

    mutating func add(norm name: String, _ count: Int) throws(GGUFError) {
        let random = RandomValues(name)
        try add(vector: name, (0..<count).map { 1 + 0.05 * random.value($0) })
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
    mutating func addLayer(
        _ prefix: String, embedding: Int, queryWidth: Int, headWidth: Int, feedForward: Int
    ) throws(GGUFError) {
        for name in ["attn_norm", "post_attention_norm", "ffn_norm", "post_ffw_norm"] {
            try add(norm: prefix + name, embedding)
        }
        try add(matrix: prefix + "attn_q", queryWidth, embedding)
        try add(norm: prefix + "attn_q_norm", headWidth)
        try add(matrix: prefix + "attn_output", embedding, queryWidth)
        try add(matrix: prefix + "ffn_gate", feedForward, embedding)
        try add(matrix: prefix + "ffn_up", feedForward, embedding)
        try add(matrix: prefix + "ffn_down", embedding, feedForward)
        try add(vector: prefix + "layer_output_scale", [0.7])
    }

    private mutating func add(vector name: String, _ values: [Float]) throws(GGUFError) {
        try writer.add(
            tensor: name + ".weight", dimensions: [values.count], type: .f32,
            bytes: values.withUnsafeBytes { Array($0) })
    }
}
