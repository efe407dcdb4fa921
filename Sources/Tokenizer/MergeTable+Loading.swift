extension MergeTable {
    /// - Parameters:
    ///   - merges: `left right` each, split at the first space that is not the first character. Ranks are their
    ///     indices.
    ///   - vocabulary: must contain the left and right part of every merge, and the result.
    init(_ merges: some Collection<some Collection<UInt8>>, _ vocabulary: Vocabulary) throws(TokenizerError) {
        // One rank is reserved for pairs that do not merge.
        guard merges.count < Int(UInt32.max) else {
            throw .tooMany(key: Key.merges, count: merges.count, limit: Int(UInt32.max) - 1)
        }
        var loader = MergeLoader(vocabulary, capacity: merges.count)
        for merge in merges { try loader.add(merge) }
        self = try loader.finish()
    }
}

/// Fills a merge table.
///
/// Looking up three tokens for each of half a million merges would mostly wait for memory. Merges are therefore handled
/// in blocks, each step for the whole block, so that the processor overlaps many reads.
private struct MergeLoader {
    private var table: MergeTable
    private let vocabulary: Vocabulary
    /// The special tokens of Gemma 4's own vocabulary.
    private let markers: Set<TokenID>
    /// The concatenated texts of the block's merges, without the space.
    private var texts: [UInt8] = []
    /// For every merge of the block: the ranges of the left part, the right part and the result in `texts`.
    private var parts: [Range<Int>] = []
    /// The rank of the block's first merge.
    private var firstRank = 0

    /// Small enough that the arrays of a block stay in the first-level cache.
    private static let blockSize = 256
    private static let space = UInt8(ascii: " ")
    private static let wordStart = Array("▁".utf8)

    init(_ vocabulary: Vocabulary, capacity: Int) {
        self.vocabulary = vocabulary
        markers = Set(SpecialTexts.types.compactMap { vocabulary.id(of: $0.text) })
        table = MergeTable(capacity: capacity)
    }

    mutating func add(_ merge: some Collection<UInt8>) throws(TokenizerError) {
        let start = texts.count
        texts.append(contentsOf: merge)
        guard let split = texts[start...].dropFirst().firstIndex(of: Self.space) else {
            let text = String(decoding: texts[start...], as: UTF8.self)
            throw .malformedMerge(rank: firstRank + parts.count / 3, merge: text)
        }
        texts.remove(at: split)
        parts.append(start..<split)
        parts.append(split..<texts.count)
        parts.append(start..<texts.count)
        if parts.count == 3 * Self.blockSize { try flush() }
    }

    mutating func finish() throws(TokenizerError) -> MergeTable {
        try flush()
        return table
    }

    private mutating func flush() throws(TokenizerError) {
        let ids = vocabulary.table.ids(of: parts, in: texts)
        if let missing = ids.firstIndex(of: nil) { throw error(missing) }
        let count = ids.count / 3
        for index in 0..<count {
            guard let left = ids[3 * index], let right = ids[3 * index + 1], let result = ids[3 * index + 2] else {
                continue
            }
            // Otherwise a user could smuggle in instructions as text that merges into a control token or a marker.
            if vocabulary.types[Int(result)] == .control || markers.contains(result) { continue }
            table.insert(left, right, MergeTable.Merge(rank: UInt32(firstRank + index), result: result))
        }
        for index in 0..<count {
            let split = parts[3 * index].upperBound
            if texts[split...].starts(with: Self.wordStart) { table.noteWordJoined(after: texts[split - 1]) }
        }
        firstRank += count
        texts.removeAll(keepingCapacity: true)
        parts.removeAll(keepingCapacity: true)
    }

    /// The part at `index` is not a token.
    private func error(_ index: Int) -> TokenizerError {
        let merge = index / 3
        func text(_ part: Int) -> String { String(decoding: texts[parts[part]], as: UTF8.self) }
        return .unknownMergeToken(
            rank: firstRank + merge, merge: "\(text(3 * merge)) \(text(3 * merge + 1))", token: text(index))
    }
}
