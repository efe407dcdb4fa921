/// The bytes of all tokens, and a hash table that finds a token by its bytes.
///
/// All bytes are in one array. A `String` per token would mean a quarter of a million allocations, more than the rest
/// of loading takes.
struct TokenTable: Sendable {
    /// Token `i` is `bytes[offsets[i]..<offsets[i + 1]]`.
    private(set) var bytes: [UInt8] = []
    private(set) var offsets: [Int] = [0]
    /// Open addressing with linear probing; at least half of the slots are `free`. An entry has the upper half of the
    /// token's hash in its upper half and the id in the lower.
    private var slots: [UInt64]
    private let seed = UInt64.random(in: .min ... .max)

    /// Not a valid entry, since ids have 31 bits.
    private static let free = UInt64.max

    var count: Int { offsets.count - 1 }

    /// - Parameter tokens: at most `TokenID.max` of them.
    init(_ tokens: some Collection<some Collection<UInt8>>) {
        slots = [UInt64](repeating: Self.free, count: tableCapacity(for: tokens.count))
        // The tokens of Gemma have nine bytes on average.
        bytes.reserveCapacity(tokens.count * 10)
        offsets.reserveCapacity(tokens.count + 1)
        for token in tokens {
            bytes.append(contentsOf: token)
            offsets.append(bytes.count)
        }
        for id in 0..<count {
            let (hash, slot) = withBytes(of: id) { token in
                let hash = byteStringHash(token, seed: seed)
                return (hash, self.slot(of: token, hash))
            }
            // If the slot is occupied, an earlier token has the same bytes.
            if slots[slot] == Self.free { slots[slot] = (hash >> 32) << 32 | UInt64(id) }
        }
    }

    /// The bytes of the token at `index`, which must be valid.
    subscript(index: Int) -> ArraySlice<UInt8> { bytes[offsets[index]..<offsets[index + 1]] }

    /// The first token with exactly these bytes.
    func id(of token: UnsafeBufferPointer<UInt8>) -> TokenID? {
        Self.id(slots[slot(of: token, byteStringHash(token, seed: seed))])
    }

    /// The first token whose bytes are the UTF-8 of `text`.
    func id(of text: String) -> TokenID? {
        var text = text
        return text.withUTF8 { id(of: $0) }
    }

    /// The tokens at `ranges` of `text`: the result of `id(of:)` for each.
    ///
    /// Does each step for all of them, so that the processor overlaps many reads from memory.
    func ids(of ranges: [Range<Int>], in text: [UInt8]) -> [TokenID?] {
        text.withUnsafeBufferPointer { text in
            let tokens = ranges.map { UnsafeBufferPointer(rebasing: text[$0]) }
            let hashes = tokens.map { byteStringHash($0, seed: seed) }
            let entries = hashes.map { slots[Int(truncatingIfNeeded: $0) & (slots.count - 1)] }
            let candidates = entries.map { Self.id($0).map { offsets[Int($0)]..<offsets[Int($0) + 1] } ?? 0..<0 }
            let firstBytes = candidates.map { $0.isEmpty ? nil : bytes[$0.lowerBound] }
            return tokens.indices.map { index in
                let token = tokens[index]
                let isCandidate = token.first == firstBytes[index] && isEqual(token, candidates[index])
                // If the first slot has another token, probing finds the right one nearby.
                return Self.id(isCandidate ? entries[index] : slots[slot(of: token, hashes[index])])
            }
        }
    }
}

// MARK: - Hash table

extension TokenTable {
    /// The id in an entry; nil if it is free.
    @inline(__always)
    private static func id(_ entry: UInt64) -> TokenID? { entry == free ? nil : TokenID(truncatingIfNeeded: entry) }

    /// The slot of `token`, or the free one where it would be inserted.
    @inline(__always)
    private func slot(of token: UnsafeBufferPointer<UInt8>, _ hash: UInt64) -> Int {
        let mask = slots.count &- 1
        var slot = Int(truncatingIfNeeded: hash) & mask
        while let id = Self.id(slots[slot]) {
            let hasSameHash = slots[slot] >> 32 == hash >> 32
            if hasSameHash, isEqual(token, offsets[Int(id)]..<offsets[Int(id) + 1]) { return slot }
            slot = (slot &+ 1) & mask
        }
        return slot
    }

    @inline(__always)
    private func isEqual(_ token: UnsafeBufferPointer<UInt8>, _ range: Range<Int>) -> Bool {
        bytes.withUnsafeBufferPointer { UnsafeBufferPointer(rebasing: $0[range]).elementsEqual(token) }
    }

    @inline(__always)
    private func withBytes<T>(of id: Int, _ body: (UnsafeBufferPointer<UInt8>) -> T) -> T {
        bytes.withUnsafeBufferPointer { body(UnsafeBufferPointer(rebasing: $0[offsets[id]..<offsets[id + 1]])) }
    }
}
