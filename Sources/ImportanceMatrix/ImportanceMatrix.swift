/// How much each column of a model's weight matrices matters: the sums of squares of what the columns were multiplied
/// by while the model read a text. Quantizing with it spends precision where the inputs are large.
///
/// Sums over tokens add up, so matrices of several texts can be merged.
package struct ImportanceMatrix: Equatable, Sendable {
    /// The sums for one tensor.
    package struct Entry: Equatable, Sendable {
        /// Sums of squares: `[slices, columns]`, one slice for each expert.
        package private(set) var sums: [Float]
        /// How many rows were summed: one number for each slice, or a single one for all.
        package private(set) var counts: [Float]

        /// - Parameters:
        ///   - sums: finite and not negative.
        ///   - counts: finite and not negative; at least one, and their number divides that of the sums.
        package init(sums: [Float], counts: [Float]) {
            precondition(!counts.isEmpty && sums.count.isMultiple(of: counts.count))
            self.sums = sums
            self.counts = counts
        }

        /// The importance of each column, `[slices, columns]`: the mean square of its inputs. All 1 for an expert that
        /// no token was routed to.
        package var weights: [Float] {
            let columns = sums.count / counts.count
            var weights = sums
            for (slice, count) in counts.enumerated() {
                for index in slice * columns..<(slice + 1) * columns {
                    weights[index] = count > 0 ? weights[index] / count : 1
                }
            }
            return weights
        }

        /// - Returns: false if the sizes differ.
        fileprivate mutating func add(_ other: Entry) -> Bool {
            var added = other.counts
            guard sums.count == other.sums.count else { return false }
            // The old format has one count for all experts.
            if counts.count == 1 { counts = Array(repeating: counts[0], count: added.count) }
            if added.count == 1 { added = Array(repeating: added[0], count: counts.count) }
            guard counts.count == added.count, sums.count.isMultiple(of: counts.count) else { return false }
            let columns = sums.count / counts.count
            for index in sums.indices {
                // Sums of no rows say nothing.
                let own = counts[index / columns] > 0 ? sums[index] : 0
                sums[index] = Self.finite(own + (added[index / columns] > 0 ? other.sums[index] : 0))
            }
            for index in counts.indices { counts[index] = Self.finite(counts[index] + added[index]) }
            return true
        }

        private static func finite(_ sum: Float) -> Float { min(sum, .greatestFiniteMagnitude) }
    }

    /// By the name of the tensor, such as `blk.0.attn_q.weight`.
    package private(set) var entries: [String: Entry] = [:]
    /// The texts, in the order in which they were read.
    package var datasets: [String] = []
    /// How many chunks of text were read.
    package var chunkCount = 0
    /// Tokens in a chunk.
    package var chunkLength: Int

    package static let defaultChunkLength = 512
    /// The most sums that a file may hold: 268 MB. A sparse file can have any size without using disk space. 26B-A4B
    /// has 14 million.
    package static let maximumValues = 1 << 26
    /// The largest importance of a column. Those of sound models are many orders smaller; near the largest float,
    /// encoders would compute infinity.
    package static let largestWeight: Float = 1e30

    package init(chunkLength: Int = Self.defaultChunkLength) { self.chunkLength = chunkLength }

    /// Sorted by bytes, the order in which files are written.
    package var names: [String] { entries.keys.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) } }

    /// Sets the entry of a tensor.
    mutating func set(_ name: String, _ entry: Entry) { entries[name] = entry }

    /// Adds an entry for a tensor that has none.
    mutating func insert(_ name: String, _ entry: Entry) throws(ImportanceError) {
        guard entries.updateValue(entry, forKey: name) == nil else { throw .duplicate(entry: name) }
    }

    /// Adds the sums, the chunks and the texts of `other`; the length of a chunk stays.
    /// - Throws: `ImportanceError.differentSizes`.
    package mutating func add(_ other: ImportanceMatrix) throws(ImportanceError) {
        for (name, entry) in other.entries {
            guard var sum = entries.removeValue(forKey: name) else {
                entries[name] = entry
                continue
            }
            guard sum.add(entry) else {
                throw .differentSizes(entry: name, first: sum.sums.count, second: entry.sums.count)
            }
            entries[name] = sum
        }
        // By bytes: comparing Strings may take quadratic time for what a stranger wrote.
        var known = Set(datasets.map { Array($0.utf8) })
        for name in other.datasets where known.insert(Array(name.utf8)).inserted { datasets.append(name) }
        chunkCount = Int(clamping: UInt64(chunkCount) + UInt64(other.chunkCount))
    }

    /// - Throws: `ImportanceError.tooLarge`.
    func checkWeights() throws(ImportanceError) {
        for name in names {
            let largest = entries[name]?.weights.max() ?? 0
            guard largest <= Self.largestWeight else {
                throw .tooLarge(entry: name, mean: largest, limit: Self.largestWeight)
            }
        }
    }

    /// Drops the entries whose names do not satisfy `isKept`.
    package mutating func filter(_ isKept: (String) -> Bool) { entries = entries.filter { isKept($0.key) } }

    /// How many experts no token was routed to, and how many there are.
    package var expertCoverage: (unused: Int, count: Int) {
        var (unused, count) = (0, 0)
        for entry in entries.values where entry.counts.count > 1 {
            count += entry.counts.count
            unused += entry.counts.count { $0 == 0 }
        }
        return (unused, count)
    }
}

/// The two formats of files.
package enum ImportanceFormat: String, CaseIterable, Sendable {
    case gguf
    /// That of llama.cpp before 2025.
    case dat
}
