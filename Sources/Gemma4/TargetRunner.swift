package import Tensor

/// Runs a target's passes: the buffers of a forward pass and the threads that compute it. A pass reads rows of any
/// number of sequences: weights are read once for all of them.
///
/// One caller at a time. What holds the state of a sequence is its `KeyValueCache`; nothing here outlives a pass.
package final class TargetRunner {
    package let target: Target
    package let compute: Compute
    /// Tokens that one pass reads at most.
    package let batchLength: Int

    private let activations: Activations
    private let rotary: RotaryEmbeddings
    private let perLayerInputs: FloatBuffer  // [tokens, layers * ple]
    private let perLayerTokens: FloatBuffer  // [tokens, layers * ple]
    private let hidden: FloatBuffer  // [tokens, embd]
    private var logits: FloatBuffer  // [rows that wanted any, vocab]
    /// Whose rows are in the stream, one for each sequence.
    private var slices: [Slice] = []
    /// The same for the layer at hand.
    private var cacheSegments: [CacheSegment] = []

    package static let defaultBatchLength = 512
    /// Rows of logits that a pass may ask for without an allocation.
    private static let usualLogitRows = 17

    /// - Parameters:
    ///   - batchLength: tokens that one pass reads at most, at least 1.
    ///   - compute: no one else may compute with it during a pass.
    /// - Throws: `TensorError.outOfMemory`.
    package init(_ target: Target, batchLength: Int = defaultBatchLength, compute: Compute) throws {
        let config = target.config
        let tokens = max(1, batchLength)
        let perLayerWidth = config.layers.count * config.perLayerLength
        self.target = target
        self.compute = compute
        self.batchLength = tokens
        activations = try Activations(config, tokens: tokens)
        rotary = try RotaryEmbeddings(config, factors: target.rotaryFactors, capacity: tokens)
        perLayerInputs = try FloatBuffer(count: tokens, perLayerWidth)
        perLayerTokens = try FloatBuffer(count: tokens, perLayerWidth)
        hidden = try FloatBuffer(count: tokens, config.embeddingLength)
        try compute.reserveProducts(tokens: tokens, columns: activations.widestInput)
        try compute.reserveProducts(tokens: tokens, columns: config.embeddingLength, resolution: .double)
        for layer in config.layers { try compute.reserveAttention(tokens: tokens, layer) }
        // As many rows as a verification has; its memory comes as it is touched.
        logits = try FloatBuffer(count: min(tokens, Self.usualLogitRows), config.vocabularySize)
    }

    /// What a pass is to do with one sequence.
    package struct Segment {
        package let cache: KeyValueCache
        /// They are read at the positions after those in the cache.
        package let tokens: ArraySlice<Int32>
        /// The rows of `tokens` whose logits are wanted.
        package let logits: Range<Int>
        /// The rows whose hidden states are wanted.
        package let hidden: Range<Int>

        package init(cache: KeyValueCache, tokens: ArraySlice<Int32>, logits: Range<Int>, hidden: Range<Int>) {
            self.cache = cache
            self.tokens = tokens
            self.logits = logits
            self.hidden = hidden
        }

        /// The smallest range that covers both.
        fileprivate var wanted: Range<Int> {
            if logits.isEmpty { return hidden.isEmpty ? 0..<0 : hidden }
            if hidden.isEmpty { return logits }
            return min(logits.lowerBound, hidden.lowerBound)..<max(logits.upperBound, hidden.upperBound)
        }
    }

    /// What a pass gives back: views of the runner's buffers, valid until the next pass and while the runner lives.
    package struct Output {
        /// `[logit rows, vocab]`, segment after segment.
        package let logits: Rows
        /// `[wanted rows, embd]`: the states after the final norm of all rows that were wanted for anything.
        fileprivate let states: Rows
        fileprivate let places: [Place]

        fileprivate struct Place {
            let logits: Range<Int>
            let hidden: Range<Int>
        }

        /// `[logit rows, vocab]` of one segment.
        package func logits(of segment: Int) -> Rows { logits[places[segment].logits] }
        /// `[hidden rows, embd]` of one segment: the states after the final norm.
        package func hidden(of segment: Int) -> Rows { states[places[segment].hidden] }
        /// Those of the only segment.
        package var hidden: Rows { hidden(of: 0) }
    }

    /// A sequence's rows in the stream.
    private struct Slice {
        let segment: Segment
        /// Of the stream.
        var rows: Range<Int>
        /// The position of the first of them.
        var firstPosition: Int
    }

    /// Reads the tokens of `segments`, each at the positions after those in its cache.
    ///
    /// Rows that nothing is wanted of pass only through the layers that own keys and values: 31 % of E2B's
    /// multiply-adds. The bits of a sequence do not depend on the others in the pass, if weights are quantized.
    /// - Parameters:
    ///   - segments: of sequences that are all different, with at most `batchLength` tokens in all.
    ///   - isCancelled: whether nobody wants the result any more. It is asked before each layer.
    /// - Throws: `ModelError` for tokens that cannot be read; `TensorError.outOfMemory` for more rows of logits than
    ///   ever before, or without memory for more pages; `CancellationError`. The caches then hold what they held.
    package func forward(
        _ segments: [Segment], isCancelled: () -> Bool = { Task.isCancelled }
    ) throws -> Output {
        var (rows, logitRows) = (0, 0)
        slices.removeAll(keepingCapacity: true)
        for segment in segments {
            try check(segment)
            let count = segment.tokens.count
            slices.append(Slice(segment: segment, rows: rows..<rows + count, firstPosition: segment.cache.count))
            rows += count
            logitRows += segment.logits.count
        }
        guard rows <= batchLength else { throw ModelError.batchTooLarge(count: rows, maximum: batchLength) }
        try makeRoom(forLogits: logitRows)
        // It may have to copy pages, which no thread needs to stay awake for.
        for segment in segments { try segment.cache.makeRoom(for: segment.tokens.count) }
        defer {
            // Sequences that end give their pages back.
            slices.removeAll(keepingCapacity: true)
            cacheSegments.removeAll(keepingCapacity: true)
        }
        return try compute.pass { try pass(rows: rows, isCancelled) }
    }

    private func pass(rows: Int, _ isCancelled: () -> Bool) throws -> Output {
        compute.begin(.embedding)
        defer { compute.end() }
        let config = target.config
        var x = activations.stream(rows, width: config.embeddingLength)
        for slice in slices {
            compute.gather(
                slice.segment.tokens, of: target.tokenEmbedding, scale: target.embeddingScale, into: x[slice.rows])
        }
        let inputs = computePerLayerInputs(x)
        prepareAngles()

        let lastOwner = config.owningLayerCount - 1
        for (index, layer) in target.layers.enumerated() {
            if isCancelled() { throw CancellationError() }
            var batch = batch(x, layer: index, inputs)
            layer.store(batch, rotary: rotary[index], activations, compute)
            if index == lastOwner {
                // From here on no row leaves anything in a cache: only those whose result is wanted go on.
                x = keepWanted(x, inputs)
                if x.count == 0 { break }
                batch = self.batch(x, layer: index, inputs)
            }
            layer.transform(batch, rotary: rotary[index], activations, compute)
        }
        for slice in slices { slice.segment.cache.commit(slice.segment.tokens.count) }
        return finish(x)
    }

    private func batch(_ x: Rows, layer index: Int, _ inputs: PerLayerInputs?) -> DecoderLayer.Batch {
        cacheSegments.removeAll(keepingCapacity: true)
        for slice in slices {
            cacheSegments.append(
                CacheSegment(
                    rows: slice.rows, firstPosition: slice.firstPosition, cache: slice.segment.cache.layers[index]))
        }
        let window = target.config.layers[index].kind.window
        return DecoderLayer.Batch(
            x: x, segments: cacheSegments, perLayerInputs: inputs?.ofLayer(index),
            mask: AttentionMask(window: window, includesSelf: true))
    }

    private func prepareAngles() {
        for slice in slices {
            rotary.prepare(first: slice.firstPosition, count: slice.rows.count, row: slice.rows.lowerBound)
        }
    }

    /// Moves the wanted rows, their normed ones and their inputs to the front; returns them.
    private func keepWanted(_ x: Rows, _ inputs: PerLayerInputs?) -> Rows {
        var count = 0
        for index in slices.indices {
            let slice = slices[index]
            let wanted = slice.segment.wanted
            let rows = slice.rows.lowerBound + wanted.lowerBound..<slice.rows.lowerBound + wanted.upperBound
            x.move(rows, to: count)
            activations.normed.rows(width: x.width).move(rows, to: count)
            inputs?.owning.move(rows, to: count)
            slices[index].rows = count..<count + wanted.count
            slices[index].firstPosition += wanted.lowerBound
            count += wanted.count
        }
        if count > 0, count < x.count { prepareAngles() }
        return x.prefix(count)
    }

    private func check(_ segment: Segment) throws(ModelError) {
        let (cache, count) = (segment.cache, segment.tokens.count)
        guard count <= cache.batchLength else {
            throw .batchTooLarge(count: count, maximum: cache.batchLength)
        }
        guard cache.count + count <= cache.contextLength else {
            throw .contextFull(needed: cache.count + count, contextLength: cache.contextLength)
        }
        let vocabulary = target.config.vocabularySize
        if let bad = segment.tokens.first(where: { $0 < 0 || $0 >= vocabulary }) {
            throw .tokenOutOfRange(token: bad, vocabulary: vocabulary)
        }
    }

    private func makeRoom(forLogits rows: Int) throws(TensorError) {
        let vocabulary = target.config.vocabularySize
        if logits.count < rows * vocabulary { logits = try FloatBuffer(count: rows, vocabulary) }
    }

    // MARK: - Parts

    /// The per-layer inputs of a pass: of all rows for the layers that own a cache, of the wanted rows for the others.
    private struct PerLayerInputs {
        let owning: Rows  // [tokens, owning layers * ple]
        let sharing: Rows  // [wanted, sharing layers * ple]
        let length: Int
        let owningCount: Int

        /// The inputs of one layer: row i of those that pass through it at `base + i * stride`.
        func ofLayer(_ index: Int) -> (base: UnsafeMutablePointer<Float>, stride: Int) {
            index < owningCount
                ? (owning.base + index * length, owning.width)
                : (sharing.base + (index - owningCount) * length, sharing.width)
        }
    }

    private func computePerLayerInputs(_ x: Rows) -> PerLayerInputs? {
        guard let embedding = target.perLayerEmbedding else { return nil }
        compute.begin(.perLayer)
        let (length, layers) = (embedding.length, embedding.layerCount)
        let owningCount = target.config.owningLayerCount
        let embedded = perLayerTokens.rows(width: layers * length).prefix(x.count)
        let owning = perLayerInputs.rows(width: owningCount * length).prefix(x.count)
        for slice in slices { embedding.lookUp(slice.segment.tokens, into: embedded[slice.rows], compute) }
        embedding.mix(x, embedded, layers: 0..<owningCount, into: owning, compute)
        let wanted = gatherWanted(x, embedded)
        let sharing = Rows(
            base: owning.base + owning.elementCount, count: wanted.x.count, width: (layers - owningCount) * length)
        if owningCount < layers, wanted.x.count > 0 {
            embedding.mix(wanted.x, wanted.embedded, layers: owningCount..<layers, into: sharing, compute)
        }
        return PerLayerInputs(owning: owning, sharing: sharing, length: length, owningCount: owningCount)
    }

    /// The wanted rows, one after the other. Those of `embedded` take the place of the others.
    private func gatherWanted(_ x: Rows, _ embedded: Rows) -> (x: Rows, embedded: Rows) {
        let copy = activations.normed.rows(width: x.width)  // free until the first layer
        var count = 0
        for slice in slices {
            let wanted = slice.segment.wanted
            guard let first = wanted.first else { continue }
            let rows = slice.rows.lowerBound + first..<slice.rows.lowerBound + wanted.upperBound
            copy[count].update(from: x[rows.lowerBound], count: rows.count * x.width)
            embedded.move(rows, to: count)
            count += rows.count
        }
        return (copy.prefix(count), embedded.prefix(count))
    }

    /// - Parameter x: the wanted rows.
    private func finish(_ x: Rows) -> Output {
        let config = target.config
        let states = hidden.rows(width: config.embeddingLength).prefix(x.count)
        if x.count > 0 {
            compute.begin(.head)
            compute.norm(x, weight: target.outputNorm, epsilon: config.epsilon, into: states)
        }
        var places: [Output.Place] = []
        places.reserveCapacity(slices.count)
        let scores = logits.rows(width: config.vocabularySize)
        var (count, pending) = (0, 0..<0)  // rows of logits so far; rows of `states` that are multiplied next
        for slice in slices {
            let (segment, start) = (slice.segment, slice.rows.lowerBound - slice.segment.wanted.lowerBound)
            places.append(
                Output.Place(logits: count..<count + segment.logits.count, hidden: segment.hidden.shifted(by: start)))
            let rows = segment.logits.shifted(by: start)
            if rows.isEmpty { continue }
            if rows.lowerBound != pending.upperBound {
                score(states[pending], into: scores[count - pending.count..<count])
                pending = rows.lowerBound..<rows.lowerBound
            }
            pending = pending.lowerBound..<rows.upperBound
            count += rows.count
        }
        score(states[pending], into: scores[count - pending.count..<count])
        return Output(logits: scores.prefix(count), states: states, places: places)
    }

    private func score(_ states: Rows, into scores: Rows) {
        guard states.count > 0 else { return }
        // Rounding error here reaches the logits directly; one-byte activations would cause half of their total
        // error.
        compute.multiply(states, by: target.head, into: scores, resolution: .double)
        if let cap = target.config.logitSoftCap { compute.softCap(scores, cap: cap) }
    }
}

extension Range<Int> {
    /// An empty range becomes one at 0, which is part of any rows.
    fileprivate func shifted(by offset: Int) -> Range<Int> {
        isEmpty ? 0..<0 : lowerBound + offset..<upperBound + offset
    }
}
