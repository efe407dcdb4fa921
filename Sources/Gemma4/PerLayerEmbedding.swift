internal import Foundation
internal import Tensor

/// The input embeddings of all layers: a table of their own, mixed with a projection of the token's embedding.
struct PerLayerEmbedding: Sendable {
    let table: Matrix  // [vocab, layers * ple]
    let projection: Matrix  // [layers * ple, embd]
    let norm: FloatBuffer  // [ple]
    let length: Int
    let layerCount: Int
    let epsilon: Float

    init(_ file: ModelFile, _ config: Config) throws {
        length = config.perLayerLength
        layerCount = config.layers.count
        epsilon = config.epsilon
        let width = layerCount * length
        table = try file.matrix("per_layer_token_embd", shape: [config.vocabularySize, width])
        table.adviseSingleRows()  // half of E2B's bytes
        projection = try file.matrix("per_layer_model_proj", shape: [width, config.embeddingLength])
        norm = try file.vector("per_layer_proj_norm", count: length)
    }

    /// The table's part of some rows, for all layers: `[tokens, layers * ple]`.
    func lookUp(_ tokens: ArraySlice<Int32>, into embedded: Rows, _ compute: Compute) {
        compute.gather(tokens, of: table, scale: Float(length).squareRoot(), into: embedded)
    }

    /// `(norm(x @ projection / sqrt(embd)) + embedded) / sqrt(2)` for some layers.
    /// - Parameters:
    ///   - x: `[tokens, embd]`, the scaled embeddings.
    ///   - embedded: `[tokens, layers * ple]`, from `lookUp`.
    ///   - inputs: `[tokens, layers.count * ple]`
    func mix(_ x: Rows, _ embedded: Rows, layers: Range<Int>, into inputs: Rows, _ compute: Compute) {
        let columns = layers.lowerBound * length..<layers.upperBound * length
        compute.multiply(x, by: projection[columns], into: inputs)
        compute.scale(inputs, by: 1 / Float(x.width).squareRoot())
        let parts = inputs.split(width: length)
        compute.norm(parts, weight: norm, epsilon: epsilon, into: parts)
        compute.add(embedded.base + columns.lowerBound, stride: embedded.width, to: inputs)
        compute.scale(inputs, by: Float(0.5).squareRoot())
    }
}
