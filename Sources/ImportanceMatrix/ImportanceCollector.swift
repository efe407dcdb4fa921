package import GGUF
package import Platform
package import Tensor

/// Sums the squares of what a model's weights are multiplied by, column by column, while the model reads.
///
/// It covers the weights of the layers (`blk.*`), and on request the output matrix if the file has one of its own.
/// Where several products share a tensor's rows and an input, such as a fused `attn_qkv`, the input counts once.
package final class ImportanceCollector: ProductObserver {
    private let tensors: [CollectedTensor]  // in the order of their addresses
    private let pool: ThreadPool

    /// - Parameters:
    ///   - file: whose weights are multiplied; its bytes must be those the model was loaded from.
    ///   - pool: of the `Compute` that the collector observes.
    /// - Throws: `TensorError.outOfMemory`.
    package init(_ file: GGUFFile, includesOutput: Bool, pool: ThreadPool) throws {
        self.pool = pool
        tensors = try file.tensors.compactMap { info -> CollectedTensor? in
            let name = info.name
            guard info.byteCount > 0, name.hasSuffix(".weight"),
                name.hasPrefix("blk.") || (includesOutput && name == "output.weight")
            else { return nil }
            return try CollectedTensor(info, file.data(of: info))
        }.sorted { $0.first < $1.first }
    }

    package func willMultiply(_ input: Rows, by weights: Matrix) {
        guard let tensor = tensor(at: UInt(bitPattern: weights.base)), tensor.columns == input.width,
            let slice = tensor.slice(beginningAt: UInt(bitPattern: weights.base))
        else { return }
        tensor.counts[slice] += input.count
        let job = SquaresJob(input: input, sums: tensor.sums.base + slice * tensor.columns)
        pool.run(job, count: (input.width + SquaresJob.width - 1) / SquaresJob.width)
    }

    /// What has been collected: an entry for each tensor that was multiplied.
    /// - Throws: `ImportanceError.notFinite` if a tensor was multiplied by NaN or infinity, `tooLarge` if by numbers
    ///   near that.
    package func matrix(chunkLength: Int) throws(ImportanceError) -> ImportanceMatrix {
        var matrix = ImportanceMatrix(chunkLength: chunkLength)
        for tensor in tensors where tensor.counts.contains(where: { $0 > 0 }) {
            guard tensor.sums.areFinite else { throw .notFinite(tensor: tensor.name) }
            matrix.set(
                tensor.name, .init(sums: tensor.sums.floats, counts: tensor.counts.map { Float($0) }))
        }
        try matrix.checkWeights()
        return matrix
    }

    /// Checks that a matrix can be added to what will be collected, to be asked before hours are spent on it.
    /// - Throws: `ImportanceError.otherModel` if the model has none of the matrix's tensors, or one in another size.
    package func check(_ matrix: ImportanceMatrix) throws(ImportanceError) {
        let shared = tensors.filter { matrix.entries[$0.name] != nil }
        if shared.isEmpty, let name = matrix.names.first { throw .otherModel(entry: name) }
        for tensor in shared {
            guard let entry = matrix.entries[tensor.name] else { continue }
            // The old format has one count for all experts.
            guard entry.sums.count == tensor.sums.count, [1, tensor.counts.count].contains(entry.counts.count) else {
                throw .otherModel(entry: tensor.name)
            }
        }
    }

    /// The tensor whose bytes contain `address`.
    private func tensor(at address: UInt) -> CollectedTensor? {
        var (low, high) = (0, tensors.count)
        while low < high {
            let middle = (low + high) / 2
            if tensors[middle].first <= address { low = middle + 1 } else { high = middle }
        }
        guard low > 0, address < tensors[low - 1].end else { return nil }
        return tensors[low - 1]
    }
}
