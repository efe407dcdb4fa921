import Foundation
import GGUF
import ImportanceMatrix
import Platform
import Quantization
import Testing

@Suite struct ImportancePlanTests {
    private let folder: Folder

    init() throws { folder = try Folder() }

    private func file(_ names: [String] = ["blk.0.attn_q.weight"]) throws -> GGUFFile {
        var writer = try modelWriter()
        for name in names { try writer.add(name, name.contains("exps") ? [256, 1, 3] : [256, 2]) }
        return try writer.file
    }

    private func options(_ importance: Importance?) -> QuantizationOptions {
        var options = QuantizationOptions()
        options.importance = importance
        return options
    }

    // MARK: - Types that need one

    private static let demanding: [FileType] = [.iq1_S, .iq1_M, .iq2_XXS, .iq2_XS, .iq2_S, .iq2_M, .iq3_XXS, .q2_K_S]

    @Test(arguments: FileType.allCases) func fewBitsNeedAMatrix(_ type: FileType) throws {
        let name = "blk.0.inp_gate.weight"
        let file = try file([name, "token_embd.weight"])
        #expect(throws: Never.self) { try QuantizationPlan(file, to: type, options(importance(for: file))) }
        guard Self.demanding.contains(type), let format = type.format?.name else {
            #expect(throws: Never.self) { try QuantizationPlan(file, to: type) }
            return
        }
        let error = QuantizationError.needsImportance(tensor: name, type: format, isGiven: false)
        #expect(throws: error) { try QuantizationPlan(file, to: type) }
        var other = try importance(for: file)
        var matrix = other.matrix
        matrix.filter { $0 != name }
        other = Importance(matrix, name: other.name)
        let given = QuantizationError.needsImportance(tensor: name, type: format, isGiven: true)
        #expect(throws: given) { try QuantizationPlan(file, to: type, options(other)) }
    }

    @Test func embeddingsNeedNone() throws {
        var options = options(nil)
        options.tokenEmbedding = .iq3_xxs
        let file = try file(["token_embd.weight"])
        #expect(try QuantizationPlan(file, to: .q8_0, options).types == ["token_embd.weight": "IQ3_XXS"])
    }

    // MARK: - Sizes

    @Test func aMatrixOfAnotherModelIsRefused() throws {
        let (small, names) = (try file(), ["blk.0.ffn_gate_up_exps.weight"])
        var writer = try modelWriter()
        try writer.add("blk.0.attn_q.weight", [512, 2])
        try writer.add(names[0], [256, 1, 2])
        let other = try importance(for: writer.file)
        #expect(
            throws: QuantizationError.importanceSize(tensor: "blk.0.attn_q.weight", expected: 256, found: 512)
        ) { try QuantizationPlan(small, to: .q4_0, options(other)) }
        #expect(throws: QuantizationError.importanceSize(tensor: names[0], expected: 768, found: 512)) {
            try QuantizationPlan(file(names), to: .q4_0, options(other))
        }
    }

    @Test func aMatrixWithoutAnyOfTheTensorsIsRefused() throws {
        let other = try importance(for: file(["blk.7.attn_q.weight"]))
        #expect(throws: QuantizationError.importanceOfOtherModel) {
            try QuantizationPlan(file(), to: .q4_0, options(other))
        }
    }

    @Test func tensorsThatTheMatrixLacksAreKnown() throws {
        let names = ["blk.0.attn_q.weight", "blk.0.ffn_up.weight", "token_embd.weight"]
        let options = try options(importance(for: file([names[0]])))
        func plan(_ type: FileType) throws -> QuantizationPlan { try QuantizationPlan(file(names), to: type, options) }
        #expect(try plan(.q4_0).entries.map(\.lacksImportance) == [false, true, false])
        #expect(try plan(.q4_0).entries.map(\.heedsImportance) == [true, false, false])
        // An encoder that has no choice to make needs no matrix.
        #expect(try plan(.q8_0).entries.map(\.lacksImportance) == [false, false, false])
        #expect(try plan(.q8_0).entries.map(\.heedsImportance) == [false, false, false])
        #expect(try QuantizationPlan(file(names), to: .q4_0).entries.map(\.lacksImportance) == [false, false, false])
    }

    /// llama-quantize ignores what older programs wrote for embeddings.
    @Test func embeddingsOfAnotherSizeAreEncodedPlainly() throws {
        var writer = try modelWriter()
        try writer.add("token_embd.weight", [512, 2])
        let other = try importance(for: writer.file)
        let plan = try QuantizationPlan(file(["token_embd.weight"]), to: .q4_0, options(other))
        #expect(plan.entries.map(\.hasImportance) == [false])
    }

    // MARK: - What is written

    /// Values that importance pulls apart: one large in each block, of little importance.
    private func floats(_ rows: Int) -> [Float] {
        (0..<256 * rows).map { $0 % 32 == 0 ? 9 : Float(($0 * 37) % 101) / 101 }
    }

    private func quantized(_ file: GGUFFile, _ importance: Importance?) throws -> GGUFFile {
        let plan = try QuantizationPlan(file, to: .q4_0, options(importance))
        try Quantizer(file, plan, pool: ThreadPool(threadCount: 2)).write(to: folder.file("out.gguf"))
        return try GGUFFile(contentsOf: folder.file("out.gguf"))
    }

    @Test func anExpertsRowsHaveItsOwnWeights() throws {
        let name = "blk.0.ffn_gate_up_exps.weight"
        func model(experts: [[Float]]) throws -> GGUFFile {
            var writer = try modelWriter()
            try writer.add(
                tensor: name, dimensions: [256, experts[0].count / 256, experts.count], type: .f32,
                bytes: experts.flatMap { $0.withUnsafeBytes(Array.init) })
            return try writer.file
        }
        /// Importances of `experts` experts, those of the first column by expert.
        func matrix(_ first: [Float]) throws -> Importance {
            let weights = first.flatMap { [Float](repeating: $0, count: 1) + [Float](repeating: 1, count: 255) }
            return try importance([name: (weights, first.map { _ in 1 })])
        }
        let rows = floats(2)
        let both = try quantized(model(experts: [rows, rows]), matrix([0.001, 1000]))
        let bytes = try #require(both.bytes(name))
        let each = try [Float(0.001), 1000].map { try quantized(model(experts: [rows]), matrix([$0])).bytes(name) }
        #expect(bytes == (each[0] ?? []) + (each[1] ?? []))
        #expect(each[0] != each[1])
    }

    @Test func theNewFileSaysWhichMatrixWasUsed() throws {
        var writer = try modelWriter()
        try writer.add(
            tensor: "blk.0.attn_q.weight", dimensions: [256, 2], type: .f32,
            bytes: floats(2).withUnsafeBytes(Array.init))
        let file = try writer.file
        var importance = try importance(for: file)
        var matrix = importance.matrix
        matrix.datasets = [String(repeating: "é", count: 100), "other"]
        matrix.chunkCount = 7
        importance = Importance(matrix, name: "folder/imatrix.gguf")
        let metadata = try quantized(file, importance).metadata
        #expect(try metadata.string("quantize.imatrix.file") == "folder/imatrix.gguf")
        #expect(try metadata.string("quantize.imatrix.dataset") == String(repeating: "é", count: 63))
        #expect(metadata["quantize.imatrix.entries_count"] == .uint32(1))
        #expect(metadata["quantize.imatrix.chunks_count"] == .uint32(7))
        #expect(try quantized(file, nil).metadata["quantize.imatrix.file"] == nil)
    }

    /// Two letters make a flag, so that the end of a character is found only by counting from the first.
    @Test(.timeLimit(.minutes(1))) func aLongNameOfFlagsIsCutAtOnce() throws {
        var matrix = try importance(for: file()).matrix
        matrix.datasets = [String(repeating: "\u{1F1E9}\u{1F1EA}", count: 1 << 18)]
        var file = try file()
        file = try quantized(file, Importance(matrix, name: matrix.datasets[0]))
        let expected = String(repeating: "\u{1F1E9}\u{1F1EA}", count: 15) + "\u{1F1E9}"
        #expect(try file.metadata.string("quantize.imatrix.dataset") == expected)
        #expect(try file.metadata.string("quantize.imatrix.file") == expected)
    }
}
