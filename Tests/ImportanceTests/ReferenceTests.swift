import BundledModel
import Evaluation
import Foundation
import GGUF
import ImportanceMatrix
import Testing
import Tokenizer

/// Matrices of llama-imatrix. Its GELU is a table of half-precision numbers, so what `ffn_down` is multiplied by
/// differs more than the rest.
@Suite struct ReferenceTests {
    private static let models = Fixtures.shared.appendingPathComponent("models")
    private static let hasShared = FileManager.default.fileExists(atPath: models.path)

    private func matrix(_ model: URL, chunks count: Int) throws -> ImportanceMatrix {
        let file = try GGUFFile(contentsOf: model)
        let tokens = try BPETokenizer(file).encode(Data(contentsOf: Fixtures.text), parseSpecial: false)
        return try ImportanceMatrix(file, chunks: TokenChunks([2] + tokens, length: 512, limit: count))
    }

    private func expect(_ matrix: ImportanceMatrix, near reference: URL, down: Float, others: Float) throws {
        let reference = try ImportanceMatrix(contentsOf: reference)
        #expect(matrix.names == reference.names && matrix.names.count == 80)
        #expect(matrix.entries.mapValues(\.counts) == reference.entries.mapValues(\.counts))
        #expect(matrix.largestDifference(from: reference) { $0.contains("ffn_down") } < down)
        #expect(matrix.largestDifference(from: reference) { !$0.contains("ffn_down") } < others)
    }

    /// The bundled model is in Q8_0, the reference of the same model in F16, so bounds are wider.
    @Test func theBundledModelsMatrix() throws {
        let matrix = try matrix(#require(BundledModel.target), chunks: 4)
        try expect(matrix, near: Fixtures.matrix, down: 0.2, others: 0.05)
    }

    @Test(.enabled(if: hasShared, "../shared/models is not there"))
    func theMatrixOfTheModelInF16() throws {
        let matrix = try matrix(Self.models.appendingPathComponent("gemma4-tiny-stories-f16.gguf"), chunks: 4)
        for name in ["tiny-imatrix.gguf", "tiny-imatrix-f32.gguf"] {
            let reference = Fixtures.shared.appendingPathComponent("fixtures/imatrix/\(name)")
            try expect(matrix, near: reference, down: 5e-2, others: 5e-3)
        }
    }
}
