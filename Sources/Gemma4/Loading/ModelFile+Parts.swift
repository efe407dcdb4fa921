internal import GGUF
package import Tensor

extension ModelFile {
    /// The divisors of the rotation's frequencies in full layers: they must be positive; otherwise the
    /// angles become NaN.
    package func rotaryFactors(_ config: Config) throws -> FloatBuffer {
        let name = "rope_freqs"
        guard let width = config.layers.first(where: { $0.kind == .full })?.headWidth else {
            ignore(name, because: "the model has no full layers")
            return FloatBuffer(constantCount: 0)
        }
        let factors = try vector(name, count: width / 2)
        for index in 0..<factors.count where !(factors[index] > 0 && factors[index].isFinite) {
            throw ModelError.invalidTensor(
                tensor(name)?.name ?? name, found: "holds \(factors[index]) at index \(index)",
                expected: "a positive number")
        }
        return factors
    }

    package func decoderLayers(_ config: Config) throws -> [DecoderLayer] {
        try config.layers.indices.map { index in
            DecoderLayer(
                config: config.layers[index], weights: try LayerWeights(self, layer: index, config),
                epsilon: config.epsilon)
        }
    }

    /// What is wrong with each layer that cannot be read. For listings: reading a model ends at the first error.
    package func layerErrors(_ config: Config) -> [any Error] {
        config.layers.indices.compactMap { index in
            do {
                _ = try LayerWeights(self, layer: index, config)
                return nil
            } catch {
                return error
            }
        }
    }

    /// A tensor or a key that only drafters of an abandoned format have; nil if there is none.
    package var abandonedName: String? {
        let key = key(NameTable.abandonedKey)
        return NameTable.abandonedTensors.lazy.compactMap { self.tensor($0)?.name }.first
            ?? (file.metadata[key] == nil ? nil : key)
    }

    /// The tokens that must never be written, in rising order. As in llama.cpp, numbers outside the
    /// vocabulary are ignored.
    /// - Throws: `ModelError` if no other token is left.
    func suppressedTokens(vocabulary: Int) throws -> [Int32] {
        let key = "tokenizer.ggml.suppress_tokens"
        let suppressed = Set(try file.metadata.integersIfPresent(key) ?? []).filter((0..<vocabulary).contains)
        guard suppressed.count < vocabulary else {
            throw ModelError.invalidKey(key: key, value: "every token", expected: "at least one token left to write")
        }
        return suppressed.sorted().map { Int32($0) }
    }
}
