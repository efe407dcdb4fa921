import Foundation
internal import GGUF
internal import Tensor

/// The input embeddings of all layers: a table of their own, mixed with a projection of the token's embedding.
struct PerLayerEmbedding: Sendable {
    let table: Matrix  // [vocab, layers * ple]
    let projection: Matrix  // [layers * ple, embd]
    let norm: FloatBuffer  // [ple]
    let length: Int
    let layerCount: Int
    let epsilon: Float

    init(_ file: GGUFFile, _ config: Config) throws {
        length = config.perLayerLength
        layerCount = config.layers.count
        epsilon = config.epsilon
        let width = layerCount * length
        table = try file.matrix("per_layer_token_embd.weight", shape: [config.vocabularySize, width])
        projection = try file.matrix("per_layer_model_proj.weight", shape: [width, config.embeddingLength])
        norm = try file.vector("per_layer_proj_norm.weight", count: length)
    }

    /// `(norm(x @ projection / sqrt(embd)) + table[token] * sqrt(ple)) / sqrt(2)` for some rows and layers.
    /// - Parameters:
    ///   - x: `[tokens, embd]`, the scaled embeddings.
    ///   - embedded: `[tokens, layers * ple]`, scratch.
    ///   - inputs: `[tokens, layers * ple]`; only `rows` and `layers` are written.
    func compute(
        _ x: Rows, tokens: ArraySlice<Int32>, rows: Range<Int>, layers: Range<Int>, embedded: Rows, into inputs: Rows,
        _ compute: Compute
    ) {
        guard !rows.isEmpty, !layers.isEmpty else { return }
        let columns = layers.lowerBound * length..<layers.upperBound * length
        compute.multiply(
            x[rows], by: projection[columns], into: inputs[rows.lowerBound] + columns.lowerBound, stride: inputs.width)
        let rowTokens = tokens[tokens.startIndex + rows.lowerBound..<tokens.startIndex + rows.upperBound]
        compute.gather(rowTokens, of: table, scale: Float(length).squareRoot(), into: embedded)
        for (index, row) in rows.enumerated() {
            let input = Rows(base: inputs[row] + columns.lowerBound, count: layers.count, width: length)
            let token = Rows(base: embedded[index] + columns.lowerBound, count: layers.count, width: length)
            compute.scale(input, by: 1 / Float(x.width).squareRoot())
            compute.norm(input, weight: norm, epsilon: epsilon, into: input)
            compute.add(token, to: input)
            compute.scale(input, by: Float(0.5).squareRoot())
        }
    }
}
