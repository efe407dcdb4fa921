import GGUF
import Gemma4
import Quantization
import Testing

@Suite struct PlanTests {
    // MARK: - What stays

    @Test func vectorsNormsAndSmallMatricesStay() throws {
        var writer = try modelWriter()
        let kept: [(String, [Int], TensorType)] = [
            ("rope_freqs.weight", [256], .f32), ("output_norm.weight", [256], .f32),
            ("blk.0.attn_norm.weight", [256], .f16), ("blk.0.layer_output_scale.weight", [1], .f32),
            ("blk.0.ffn_gate_inp.weight", [256, 8], .f32), ("blk.0.ffn_gate_inp.scale", [256], .f32),
            ("blk.0.ffn_down_exps.scale", [256, 2], .f32), ("blk.0.vector.weight", [256, 1], .f32),
            ("per_layer_model_proj.weight", [256, 4], .bf16), ("masked_embd_centroids.weight", [256, 4], .f16),
            ("masked_embd_ordering", [32], .i32),
        ]
        for (name, dimensions, type) in kept { try writer.add(name, dimensions, type) }
        try writer.add("blk.0.attn_q.weight")
        try writer.add("blk.0.ffn_gate_up_exps.weight", [256, 2, 3], .f32)
        let plan = try QuantizationPlan(writer.file, to: .q8_0)
        for (name, _, type) in kept { #expect(plan.types[name] == type.name, "\(name)") }
        #expect(plan.types["blk.0.attn_q.weight"] == "Q8_0")
        #expect(plan.types["blk.0.ffn_gate_up_exps.weight"] == "Q8_0")
        #expect(plan.entries.map(\.isConverted) == Array(repeating: false, count: kept.count) + [true, true])
    }

    @Test func whatIsNotOfTheTextModelStays() throws {
        var writer = try modelWriter()
        let kept = ["v.blk.0.attn_q.weight", "a.blk.0.ffn_up.weight", "mm.input_projection.weight"]
        // Other converters' names of the centroids.
        let centroids = ["mtp.centroids.weight", "mtp_centroids.weight"]
        for name in kept + centroids { try writer.add(name) }
        try writer.add("mtp.pre_projection.weight")
        let plan = try QuantizationPlan(writer.file, to: .q8_0)
        for name in kept + centroids { #expect(plan.types[name] == "F16", "\(name)") }
        #expect(plan.types["mtp.pre_projection.weight"] == "Q8_0")
    }

    // MARK: - Mixes

    /// The types of a tensor in 16 layers as one letter each: `6` for Q6_K.
    private func letters(_ plan: QuantizationPlan, _ name: String) -> String {
        (0..<16).map { plan.types["blk.\($0).\(name).weight"].map { String($0.dropFirst().prefix(1)) } ?? "-" }.joined()
    }

    private func deepModel() throws -> GGUFFile {
        var writer = try modelWriter(layers: 16)
        // As in real files: not in the order of the layers.
        for layer in (0..<16).sorted(by: { "\($0)" < "\($1)" }) {
            for name in ["attn_q", "ffn_down", "ffn_up"] { try writer.add("blk.\(layer).\(name).weight") }
            if layer < 10 { try writer.add("blk.\(layer).attn_v.weight") }
        }
        try writer.add("token_embd.weight")
        try writer.add("per_layer_token_embd.weight")
        return try writer.file
    }

    @Test func aMediumMixSparesTheTensorsThatNeedIt() throws {
        let plan = try QuantizationPlan(deepModel(), to: .q4_K_M)
        #expect(letters(plan, "ffn_down") == "6644644644644666")
        // Of ten value projections, the first, the last two, and every third.
        #expect(letters(plan, "attn_v") == "6446446466------")
        #expect(letters(plan, "attn_q") == "4444444444444444" && letters(plan, "ffn_up") == letters(plan, "attn_q"))
        #expect(plan.types["token_embd.weight"] == "Q6_K" && plan.types["per_layer_token_embd.weight"] == "Q6_K")
        #expect(plan.fallbackCount == 0)
    }

    @Test func fusedProjectionsCountAsValues() throws {
        var writer = try modelWriter(layers: 16)
        for layer in 0..<16 { try writer.add("blk.\(layer).attn_qkv.weight") }
        #expect(letters(try QuantizationPlan(writer.file, to: .q4_K_M), "attn_qkv") == "6644644644644666")
    }

    @Test func aSmallMixSparesTheFirst() throws {
        let plan = try QuantizationPlan(deepModel(), to: .q4_K_S)
        #expect(letters(plan, "ffn_down") == "5544444444444444")
        #expect(letters(plan, "attn_v") == "5555444444------")
    }

    @Test func aHeadOfItsOwnTakesThePlaceOfTheEmbeddings() throws {
        var writer = try modelWriter()
        try writer.add("token_embd.weight")
        try writer.add("output.weight")
        let file = try writer.file
        #expect(try QuantizationPlan(file, to: .q4_0).types == ["token_embd.weight": "Q4_0", "output.weight": "Q6_K"])
        #expect(try QuantizationPlan(file, to: .q8_0).types == ["token_embd.weight": "Q8_0", "output.weight": "Q8_0"])
        #expect(try QuantizationPlan(file, to: .bf16).types == ["token_embd.weight": "BF16", "output.weight": "BF16"])
    }

    @Test(arguments: FileType.allCases) func pureIsOneType(_ type: FileType) throws {
        let file = try deepModel()
        var options = QuantizationOptions()
        options.isPure = true
        options.importance = try importance(for: file)
        let plan = try QuantizationPlan(file, to: type, options)
        #expect(Set(plan.types.values) == [type.format?.name ?? "F16"])
    }

    // MARK: - Rows that do not fit

    @Test func rowsThatAreNoWholeBlocksGetSmallerBlocks() throws {
        var writer = try modelWriter()
        try writer.add("blk.0.attn_q.weight", [192, 2])
        try writer.add("blk.0.attn_v.weight", [48, 2])
        try writer.add("token_embd.weight", [192, 2])
        let file = try writer.file
        func types(_ type: FileType) throws -> [String?] {
            let plan = try QuantizationPlan(file, to: type)
            return ["blk.0.attn_q.weight", "blk.0.attn_v.weight", "token_embd.weight"].map { plan.types[$0] }
        }
        #expect(try types(.q4_K_M) == ["Q5_0", "F16", "Q8_0"])
        #expect(try types(.q6_K) == ["Q8_0", "F16", "Q8_0"])
        #expect(try types(.tbq4_K) == ["TBQ4_0", "F16", "Q8_0"])
        #expect(try types(.tbq3_K) == ["TBQ3_0", "F16", "Q8_0"])
        #expect(try types(.q4_0) == ["Q4_0", "F16", "Q8_0"])
        #expect(try QuantizationPlan(file, to: .q4_0).fallbackCount == 2)
    }

    // MARK: - Options

    @Test func aNameTakesTheFirstTypeThatMatches() throws {
        var options = QuantizationOptions()
        options.overrides = try [("blk\\.[0-3]\\.FFN_DOWN", "q8_0"), ("ffn", "f16"), ("token", "q4_0")].map {
            .init(pattern: $0, format: try #require(Encoders.format($1)))
        }
        let plan = try QuantizationPlan(deepModel(), to: .q4_0, options)
        #expect(plan.types["blk.3.ffn_down.weight"] == "Q8_0" && plan.types["blk.4.ffn_down.weight"] == "F16")
        #expect(plan.types["blk.0.ffn_up.weight"] == "F16" && plan.types["blk.0.attn_q.weight"] == "Q4_0")
        #expect(plan.types["token_embd.weight"] == "Q4_0")
    }

    @Test func classesOfAPatternKeepTheirSenseThoughCaseIsIgnored() throws {
        var options = QuantizationOptions()
        options.overrides = [.init(pattern: "BLK\\.\\D", format: try #require(Encoders.format("f16")))]
        let plan = try QuantizationPlan(deepModel(), to: .q4_0, options)
        #expect(plan.types["blk.0.ffn_up.weight"] == "Q4_0")
    }

    @Test func embeddingsAndHeadByOption() throws {
        var options = QuantizationOptions()
        options.output = Encoders.format("bf16")
        #expect(try QuantizationPlan(deepModel(), to: .q4_0, options).types["token_embd.weight"] == "BF16")
        options.tokenEmbedding = Encoders.format("f16")
        #expect(try QuantizationPlan(deepModel(), to: .q4_0, options).types["token_embd.weight"] == "F16")
    }

    @Test func aHeadMayStayAsItIs() throws {
        var writer = try modelWriter()
        try writer.add("token_embd.weight")
        try writer.add("output.weight")
        var options = QuantizationOptions()
        options.keepsOutput = true
        let plan = try QuantizationPlan(writer.file, to: .q4_0, options)
        #expect(plan.types == ["token_embd.weight": "Q4_0", "output.weight": "F16"])
    }

    // MARK: - Refusals

    @Test func quantizedTensorsAreQuantizedAgainOnRequestOnly() throws {
        var writer = try modelWriter()
        try writer.add("blk.0.attn_q.weight", [256, 2], .q8_0)
        let file = try writer.file
        #expect(throws: QuantizationError.requantization(tensor: "blk.0.attn_q.weight", from: "Q8_0", to: "Q4_0")) {
            try QuantizationPlan(file, to: .q4_0)
        }
        #expect(try QuantizationPlan(file, to: .q8_0).entries[0].isConverted == false)
        var options = QuantizationOptions()
        options.allowsRequantizing = true
        #expect(try QuantizationPlan(file, to: .q4_0, options).types == ["blk.0.attn_q.weight": "Q4_0"])
    }

    @Test func whatCannotBePlanned() throws {
        #expect(throws: QuantizationError.architecture("llama")) {
            try QuantizationPlan(modelWriter(architecture: "llama").file, to: .q8_0)
        }
        #expect(throws: GGUFError.missingKey("general.architecture")) {
            try QuantizationPlan(GGUFWriter().file, to: .q8_0)
        }
        let layers = GGUFError.outOfRange(
            key: "gemma4.block_count", value: "4294967295", expected: "1 to \(Limits.layers.upperBound)")
        #expect(throws: layers) { try QuantizationPlan(modelWriter(layers: .max).file, to: .q8_0) }
        var writer = try modelWriter()
        try writer.add("blk.0.attn_q.weight", [256, 2], .i32)
        #expect(throws: QuantizationError.cannotDecode(tensor: "blk.0.attn_q.weight", type: "I32")) {
            try QuantizationPlan(writer.file, to: .q8_0)
        }
        var options = QuantizationOptions()
        options.overrides = [.init(pattern: "(", format: try #require(Encoders.format("f16")))]
        #expect(throws: QuantizationError.pattern("(")) { try QuantizationPlan(writer.file, to: .q8_0, options) }
    }

    // MARK: - Names

    @Test func fileTypesHaveNamesAndNumbers() {
        #expect(FileType("q8_0") == .q8_0 && FileType("Q4_K") == .q4_K_M && FileType("q4_k_s") == .q4_K_S)
        #expect(FileType("15") == .q4_K_M && FileType("0") == .f32 && FileType("tbq4_k") == .tbq4_K)
        #expect(FileType("q3_k") == .q3_K_M && FileType("Q2_K") == .q2_K && FileType("iq3") == nil)
        #expect(FileType("copy") == .copy && FileType("24") == .iq1_S && FileType("mxfp4_moe") == .mxfp4_MoE)
        #expect(FileType("") == nil && FileType("Q9") == nil && FileType("3.0") == nil && FileType("TBQ4") == nil)
        let numbers = FileType.allCases.compactMap(\.number)
        #expect(Set(numbers).count == numbers.count)
    }
}
